"""A list of 10,000 rows × 15 columns as Excel: our writer against openpyxl's normal mode, the same cells and styles.

    .venv/bin/python -m benchmarks.excel_speed [--rounds 5] [--rows 10000 100000]

Each run is a fresh process; seconds are those of writing alone (without starting Python), memory is what the process grew by while writing.
Ours does more per cell (text that looks like a formula, control characters, row heights), and is to be faster all the same.
"""

import argparse
import datetime
import json
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from statistics import median

import psutil

from benchmarks.measure import MIB, environment, folder, machine, run, say, spread, start_django, table

HEADS = (
    "序号",
    "试点",
    "编号",
    "任务",
    "条款",
    "日期",
    "地点",
    "主办单位",
    "参加人次",
    "志愿者",
    "金额",
    "完成率",
    "状态",
    "填报单位",
    "活动内容",
)
FORMATS = ("int", "text", "code", "text", "code", "date", "text", "text", "int", "int", "yuan", "percent", "mark", "text", "text")
NUMBER_FORMATS = {"int": "#,##0", "yuan": "#,##0.00", "percent": "0.0%", "date": "yyyy-mm-dd", "code": "@"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.excel_speed", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--inside", nargs=2, metavar=("WHO", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        print(json.dumps(_write(given.inside[0], Path(given.inside[1]), given.rows[0])))
        return
    print(machine(), "\n")
    rows = []
    with folder() as path:
        for number in given.rows:
            found: dict[str, list[dict]] = {"ours": [], "openpyxl": []}
            rounds = given.rounds if number <= 10_000 else 1
            for turn in range(rounds):
                say(f"{number} rows: round {turn + 1} of {rounds}")
                for who, answers in found.items():
                    command = [sys.executable, "-m", "benchmarks.excel_speed", "--rows", number, "--inside", who, path]
                    answers.append(json.loads(run(command, env=environment(path / "var")).output))
            for who, answers in found.items():
                rows.append(_row(who, number, answers, found["openpyxl"]))
    table(("writer", "rows", "s", "to openpyxl", "memory grown MB", "KB"), rows)


def _row(who: str, number: int, answers: list[dict], peer: list[dict]) -> tuple:
    seconds = [answer["seconds"] for answer in answers]
    ratio = median(seconds) / median(answer["seconds"] for answer in peer)
    grown = median(answer["grown"] for answer in answers)
    label = {"ours": "accounts.spreadsheet", "openpyxl": "openpyxl, normal mode"}[who]
    return label, f"{number:,}", spread(seconds), f"{ratio:.2f}", f"{grown:.0f}", f"{answers[-1]['size'] / 1024:,.0f}"


def _cells(number: int) -> Iterator[tuple]:
    for i in range(1, number + 1):
        day = datetime.date(2022, 8, 1) + datetime.timedelta(days=i % 240)
        money, share = Decimal(i * 137 % 100_000) / 100, Decimal(i % 1000) / 10
        yield (
            i, "下河街社区", f"T{i % 60}.{i % 9}", "组织开展居民议事协商活动", "三（四）-1", day, "社区党群服务中心", "下河街社区居委会", i % 90, i % 9,
            money, share, "已通过", "下河街社区", f"第{i}次活动：围绕小区停车、楼道照明等事项开展议事，形成意见三条，现场答复两条。",
        )  # fmt: skip


def _write(who: str, path: Path, number: int) -> dict:
    target = path / f"{who}.xlsx"
    if who == "ours":
        start_django(path / "var")
        from accounts import spreadsheet

        deed = lambda: _ours(spreadsheet, target, number)  # noqa: E731
    else:
        import openpyxl  # noqa: F401 - the import is not measured

        deed = lambda: _plain(target, number)  # noqa: E731
    process = psutil.Process()
    before = process.memory_info().rss
    began = time.perf_counter()
    deed()
    seconds = time.perf_counter() - began
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "grown": max(peak - before, 0) / MIB, "size": target.stat().st_size}


def _ours(spreadsheet, target: Path, number: int) -> None:
    columns = [spreadsheet.Col(head, fmt) for head, fmt in zip(HEADS, FORMATS, strict=True)]
    sheet = spreadsheet.Sheet(
        "活动记录", heading="活动记录清单", subheading="导出单位：领导小组办公室", columns=columns, rows=_cells(number)
    )
    spreadsheet.write_workbook(target, [sheet], sample=True, author="领导小组办公室")


def _plain(target: Path, number: int) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side

    thin = Side(style="thin")
    font, border, wrap = Font(name="宋体", size=10.5), Border(left=thin, right=thin, top=thin, bottom=thin), Alignment(wrap_text=True)
    book = Workbook()
    sheet = book.active
    sheet.append(["活动记录清单"])
    sheet.append(HEADS)
    for place, row in enumerate(_cells(number), 3):
        for column, (value, fmt) in enumerate(zip(row, FORMATS, strict=True), 1):
            cell = sheet.cell(place, column, value / 100 if fmt == "percent" else value)
            cell.font, cell.border, cell.alignment = font, border, wrap
            cell.number_format = NUMBER_FORMATS.get(fmt, "General")
    book.save(target)


if __name__ == "__main__":
    main()
