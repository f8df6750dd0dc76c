"""The Word file of a report: `write_word(document, target)`."""

from reports.word.writer import write_word

__all__ = ["write_word"]
