"""问题整改台账 on A4 landscape, for the folder and the wall."""

import datetime

from reports.collect.supervision import finding_table
from reports.document import Document
from supervision.models import Finding


def findings_ledger(
    findings: list[Finding], *, as_of: datetime.date, scope: str, issuer: str, today: datetime.date, sample: bool
) -> Document:
    """The findings given (rows of `finding_ledger`), with whose they are and as of which day under the table."""
    closed = sum(f.closed_day is not None for f in findings)
    summary = f"共{len(findings)}个，已销号{closed}个。范围：{scope}；数据截止{as_of.isoformat()}。"
    return Document(
        programme="",
        title="",
        as_of=as_of,
        issuer=issuer,
        issued_on=today,
        edition=1,
        code="",
        blocks=(finding_table(findings, "TB9", "问题整改台账", as_of, summary),),
        sample=sample,
        cover=False,
        contents=False,
        subject="问题整改台账",
    )
