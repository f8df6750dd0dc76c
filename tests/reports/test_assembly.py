"""Which annexes a report prints, and which stand in its workbook alone."""

import pytest

from reports.assembly import MOST_PRINTED_ROWS, annex_titles, annexes_of, tables_apart
from reports.document import Column, Group, Table
from reports.kinds.bulletin import KIND as BULLETIN
from reports.kinds.midterm import KIND as MIDTERM
from reports.outline import numbers
from reports.snapshot import table_to_plain


def snapshot(pilot, *codes, **long):
    """A snapshot whose tables have one row each, those named in `long` so many."""

    def table(rows):
        return table_to_plain(Table("TB", "", "表", (Column("序号", "int"),), (Group("", ((1,),) * rows),)))

    tables = {code: table(long.get(code, 1)) for code in codes}
    pilots = [{"code": "P1", "name": "普安街道", "type": "示例型"}]
    return {"pilot": pilot, "tables": tables, "charts": {}, "photos": [], "facts": {"pilots": pilots}}


def test_a_ledger_too_long_for_paper_is_in_the_workbook_and_named():
    data = snapshot("", "TB2", "TB3", "TB6", "TB9B", TB6=MOST_PRINTED_ROWS + 1)
    assert annex_titles(MIDTERM, data) == [
        ("附件1", "试点任务对照表"),
        ("附件2", "项目实施情况表"),
        ("附件3", "问题整改台账"),
        ("附件4", "资金支出明细表（电子表格另附）"),
    ]
    printed = [(number, title) for number, title, _blocks in annexes_of(MIDTERM, data)]
    assert printed == [("附件1", "试点任务对照表"), ("附件2", "项目实施情况表"), ("附件3", "问题整改台账")]
    apart = tables_apart(MIDTERM, data, numbers(MIDTERM, data))
    assert [(table.code, table.number) for table in apart] == [("TB6", "附表3")]


@pytest.mark.parametrize("pilot", ["", "P1"])
def test_others_are_printed(pilot):
    data = snapshot(pilot, "TB2", "TB3", "TB6", "TB9B", TB6=MOST_PRINTED_ROWS)
    assert [title for _number, title, _blocks in annexes_of(MIDTERM, data)] == [title for _number, title in annex_titles(MIDTERM, data)]
    assert tables_apart(MIDTERM, data, numbers(MIDTERM, data)) == ()


@pytest.mark.parametrize(("kind", "code"), [(BULLETIN, "TB9"), (MIDTERM, "TB2")])
def test_a_single_annex_has_no_number(kind, code):
    data = snapshot("", code)
    assert [number for number, _title, _blocks in annexes_of(kind, data)] == ["附件"]
