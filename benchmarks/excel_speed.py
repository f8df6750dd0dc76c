"""Lists of 10,000 rows as Excel, activities (15 columns) and the ledger (14): our writer against openpyxl's normal mode, the same cells and styles.

    .venv/bin/python -m benchmarks.excel_speed [--rounds 5] [--rows 10000 100000] [--lists activities ledger]

Each run is a fresh process; seconds are those of writing alone (without starting Python), memory is what the process grew by while writing.
Ours does more per cell (text that looks like a formula, control characters, row heights), and is to be faster all the same.
"""

import argparse
import datetime
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median

import psutil

from benchmarks.measure import MIB, environment, folder, machine, run, say, spread, start_django, table

NUMBER_FORMATS = {"int": "#,##0", "yuan": "#,##0.00", "percent": "0.0%", "date": "yyyy-mm-dd", "code": "@"}


@dataclass(frozen=True)
class List:
    """A list as a page exports it: name of the sheet, columns as (head, format), and what makes one row out of its number."""

    title: str
    columns: tuple[tuple[str, str], ...]
    row: Callable[[int], tuple]

    def rows(self, number: int) -> Iterator[tuple]:
        return (self.row(i) for i in range(1, number + 1))


def _activity(i: int) -> tuple:
    day = datetime.date(2022, 8, 1) + datetime.timedelta(days=i % 240)
    money, share = Decimal(i * 137 % 100_000) / 100, Decimal(i % 1000) / 10
    return (
        i, "下河街社区", f"T{i % 60}.{i % 9}", "组织开展居民议事协商活动", "三（四）-1", day, "社区党群服务中心", "下河街社区居委会", i % 90, i % 9,
        money, share, "已通过", "下河街社区", f"第{i}次活动：围绕小区停车、楼道照明等事项开展议事，形成意见三条，现场答复两条。",
    )  # fmt: skip


def _ledger_row(i: int) -> tuple:
    day = datetime.date(2022, 9, 1) + datetime.timedelta(days=i % 210)
    back = i % 40 == 0
    money = Decimal(i * 13_700 % 9_000_000 + 1) / 100 * (-1 if back else 1)
    return (
        i, day, "下河街社区", f"社区阵地亲民化改造项目（{i % 9 + 1}期）", "阵地建设与亲民化改造（工程）", f"第{i % 6 + 1}期进度款", "蓬溪县基准建筑装饰工程有限公司",
        money, f"记-{i}", f"HT-{i % 40:03}" if i % 3 else None, f"YK-2022-{i % 12 + 1:02}-{i % 999:03}", "—" if back else "齐全" if i % 20 else "缺发票",
        "冲正" if back else "支付", "登记有误，冲正后重新登记" if back else "",
    )  # fmt: skip


LISTS = {
    "activities": List(
        "活动记录",
        (
            *(("序号", "int"), ("试点", "text"), ("编号", "code"), ("任务", "text"), ("条款", "code"), ("日期", "date"), ("地点", "text")),
            *(("主办单位", "text"), ("参加人次", "int"), ("志愿者", "int"), ("金额", "yuan"), ("完成率", "percent"), ("状态", "mark")),
            *(("填报单位", "text"), ("活动内容", "text")),
        ),
        _activity,
    ),
    "ledger": List(
        "资金支出明细",
        (
            *(("序号", "int"), ("日期", "date"), ("试点", "text"), ("项目", "text"), ("用途类别", "text"), ("期次与用途", "text")),
            *(("收款单位", "text"), ("金额", "yuan"), ("凭证号", "code"), ("合同号", "code"), ("用款编号", "code"), ("附件齐否", "mark")),
            *(("类别", "mark"), ("原因", "text")),
        ),
        _ledger_row,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.excel_speed", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--lists", nargs="+", choices=list(LISTS), default=list(LISTS))
    parser.add_argument("--inside", nargs=2, metavar=("WHO", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        print(json.dumps(_write(given.inside[0], Path(given.inside[1]), given.lists[0], given.rows[0])))
        return
    print(machine(), "\n")
    rows = []
    with folder() as path:
        for name, number in itertools.product(given.lists, given.rows):
            found: dict[str, list[dict]] = {"ours": [], "openpyxl": []}
            rounds = given.rounds if number <= 10_000 else 1
            for turn in range(rounds):
                say(f"{name}, {number} rows: round {turn + 1} of {rounds}")
                for who, answers in found.items():
                    command = [sys.executable, "-m", "benchmarks.excel_speed", "--lists", name, "--rows", number, "--inside", who, path]
                    answers.append(json.loads(run(command, env=environment(path / "var")).output))
            for who, answers in found.items():
                rows.append((name, *_row(who, number, answers, found["openpyxl"])))
    table(("list", "writer", "rows", "s", "to openpyxl", "memory grown MB", "KB"), rows)


def _row(who: str, number: int, answers: list[dict], peer: list[dict]) -> tuple:
    seconds = [answer["seconds"] for answer in answers]
    ratio = median(seconds) / median(answer["seconds"] for answer in peer)
    grown = median(answer["grown"] for answer in answers)
    label = {"ours": "accounts.spreadsheet", "openpyxl": "openpyxl, normal mode"}[who]
    return label, f"{number:,}", spread(seconds), f"{ratio:.2f}", f"{grown:.0f}", f"{answers[-1]['size'] / 1024:,.0f}"


def _write(who: str, path: Path, name: str, number: int) -> dict:
    target = path / f"{who}.xlsx"
    if who == "ours":
        start_django(path / "var")
        from accounts import spreadsheet

        deed = lambda: _ours(spreadsheet, target, LISTS[name], number)  # noqa: E731
    else:
        import openpyxl  # noqa: F401 - the import is not measured

        deed = lambda: _plain(target, LISTS[name], number)  # noqa: E731
    process = psutil.Process()
    before = process.memory_info().rss
    began = time.perf_counter()
    deed()
    seconds = time.perf_counter() - began
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "grown": max(peak - before, 0) / MIB, "size": target.stat().st_size}


def _ours(spreadsheet, target: Path, exported: List, number: int) -> None:
    columns = [spreadsheet.Col(head, fmt) for head, fmt in exported.columns]
    sheet = spreadsheet.Sheet(
        exported.title, heading=exported.title, subheading="导出单位：领导小组办公室", columns=columns, rows=exported.rows(number)
    )
    spreadsheet.write_workbook(target, [sheet], sample=True, author="领导小组办公室")


def _plain(target: Path, exported: List, number: int) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side

    thin = Side(style="thin")
    font, border, wrap = Font(name="宋体", size=10.5), Border(left=thin, right=thin, top=thin, bottom=thin), Alignment(wrap_text=True)
    book = Workbook()
    sheet = book.active
    sheet.append([exported.title])
    sheet.append([head for head, _ in exported.columns])
    for place, row in enumerate(exported.rows(number), 3):
        for column, (value, (_, fmt)) in enumerate(zip(row, exported.columns, strict=True), 1):
            cell = sheet.cell(place, column, value / 100 if fmt == "percent" else value)
            cell.font, cell.border, cell.alignment = font, border, wrap
            cell.number_format = NUMBER_FORMATS.get(fmt, "General")
    book.save(target)


if __name__ == "__main__":
    main()
