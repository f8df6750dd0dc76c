"""Single papers as PDF: the form of a payment, the ledger of findings. Made on request, kept nowhere; each print is in the audit log."""

import tempfile
from pathlib import Path
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts import audit, clock
from accounts.access import Action, requires
from accounts.models import AuditKind, sample_mode
from funds.models import Payment
from reports.document import Document
from reports.prints.findings_ledger import findings_ledger
from reports.prints.payment_form import payment_form
from reports.typeset.pdf import render_pdf
from supervision.queries import finding_ledger
from supervision.views_findings import Ledger

MOST_ROWS = 1000
"""More findings than anybody prints; the workbook has them all."""


@require_GET
@requires(Action.VIEW_FUNDS)
def payment_form_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The 用款申请（审批）单 of a payment the person may see; one that is not complete yet has no form."""
    related = ("unit__parent", "project", "line", "contract", "pilot__accountable")
    rows = Payment.objects.visible_to(request.user).filter(number__isnull=False).select_related(*related).prefetch_related("files")
    payment = get_object_or_404(rows, pk=pk)
    audit.record(AuditKind.EXPORT, user=request.user, request=request, about=payment, label="用款申请（审批）单")
    return _pdf(payment_form(payment), f"用款申请（审批）单_{payment.number}.pdf")


@require_GET
@requires(Action.VIEW_SUPERVISION)
def findings_print(request: HttpRequest) -> HttpResponse:
    """整改台账 of the findings the person sees, under the filters of the list."""
    ledger = Ledger(request)
    rows = finding_ledger(request.user, request.records_day, ledger.rows)[:MOST_ROWS]
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label="问题整改台账（打印）", rows=len(rows))
    document = findings_ledger(
        rows,
        as_of=request.records_day,
        scope=ledger.scope,
        issuer=request.user.unit.name,
        today=clock.today(),
        sample=any(row.sample for row in rows) or sample_mode(),
    )
    return _pdf(document, f"问题整改台账_{request.records_day.isoformat()}.pdf")


def _pdf(document: Document, name: str) -> HttpResponse:
    """Shown in the browser, from where it is printed."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "print.pdf"
        render_pdf(document, target)
        response = HttpResponse(target.read_bytes(), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
