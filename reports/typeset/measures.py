"""The measures of the page (GB/T 9704-2012): 22 lines of 28 characters in 156 × 225 mm. Points unless named otherwise."""

from math import ceil

MM = 72 / 25.4
LINE = 28.95
Q = LINE / 4
"""The quarter line: the only vertical unit of tables, figures, captions and notes."""
PAGE_LINES = 22
PORTRAIT_MM, LANDSCAPE_MM = 156.0, 225.0
MEASURE = PORTRAIT_MM * MM
WIDE_MEASURE = LANDSCAPE_MM * MM
WIDE_Q = int(PORTRAIT_MM * MM / Q)
CHAR = 16 - 0.207
INDENT = 2 * CHAR
BLOCK_LIMIT_Q = PAGE_LINES * 4


def quarters(points: float) -> int:
    """Whole quarter lines that hold `points`."""
    return ceil(points / Q - 1e-6)


def whole_lines(q: int) -> int:
    """Whole grid lines that hold `q` quarter lines."""
    return ceil(q / 4)
