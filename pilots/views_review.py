"""The review desk and the deeds of every review, whatever is reviewed."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Action, requires
from accounts.models import User
from accounts.together import together
from pilots import review
from pilots.models import Reviewable, ReviewAction, ReviewStep

DEEDS = {
    "withdraw": lambda subject, by, opinion: review.withdraw(subject, by=by),
    "return": lambda subject, by, opinion: review.send_back(subject, by=by, opinion=opinion),
    "approve": lambda subject, by, opinion: review.approve(subject, by=by, opinion=opinion),
    "void": lambda subject, by, opinion: review.void(subject, by=by, opinion=opinion),
}
SAID = {"withdraw": "已撤回，可以修改后重新提交。", "return": "已退回，对方会收到您的意见。", "approve": "审核通过。", "void": "已作废。"}


def _model(kind: str) -> type[Reviewable]:
    for model in review.reviewables():
        if model._meta.model_name == kind:
            return model
    raise Http404


@require_GET
@requires(Action.REVIEW)
def review_desk(request: HttpRequest) -> HttpResponse:
    """待我审核: everything that waits at my unit and that I did not hand in, oldest first; 我审核过的: my steps, newest first."""
    tab = "done" if request.GET.get("tab") == "done" else "waiting"
    *found, done_count = together(*(partial(_waiting, request.user, model) for model in review.reviewables()), _done(request.user).count)
    waiting = [row for rows in found for row in rows]
    since = review.waiting_since(waiting)
    waiting.sort(key=lambda row: since[type(row), row.pk])
    for row in waiting:
        row.handed_in = since[type(row), row.pk]
    paginator = Paginator(waiting if tab == "waiting" else _done(request.user), 20)
    if tab == "done":
        paginator.count = done_count
    page = paginator.get_page(request.GET.get("page"))
    if tab == "done":
        review.attach_subjects(page.object_list)
    return render(request, "pilots/review_desk.html", {"tab": tab, "page": page, "waiting_count": len(waiting), "done_count": done_count})


def _waiting(user: User, model: type[Reviewable]) -> list[Reviewable]:
    rows = review.waiting_for(user, model.objects.visible_to(user))
    return list(rows.select_related("unit", "created_by", "pilot__unit"))


def _done(user: User) -> QuerySet[ReviewStep]:
    steps = ReviewStep.objects.filter(actor=user, action__in=(ReviewAction.APPROVE, ReviewAction.RETURN, ReviewAction.VOID))
    return steps.select_related("unit", "content_type").order_by("-id")


@require_POST
@requires(Action.REVIEW, Action.RECORD_ACTIVITY, Action.HAND_IN_EVIDENCE)
def review_act(request: HttpRequest, kind: str, pk: int, deed: str) -> HttpResponse:
    """One deed on one record. A refusal says why and keeps the opinion typed."""
    if deed not in DEEDS:
        raise Http404
    subject = get_object_or_404(_model(kind).objects.visible_to(request.user), pk=pk)
    opinion = request.POST.get("opinion", "").replace("\x00", "").strip()[:200]
    try:
        DEEDS[deed](subject, request.user, opinion)
    except ValidationError as refusal:
        beside = hasattr(refusal, "error_dict") and set(refusal.error_dict) == {"opinion"}
        sentence = "；".join(refusal.messages)
        if not beside:
            messages.error(request, sentence)
        request.session["kept_opinion"] = {"of": f"{kind}-{pk}", "text": opinion, "refused": sentence if beside else "", "deed": deed}
        return redirect(subject)
    messages.success(request, SAID[deed])
    if deed in ("approve", "return") and request.POST.get("then") == "desk":
        return redirect("review_desk")
    return redirect(subject)


def kept_opinion(request: HttpRequest, subject: Reviewable) -> dict[str, str]:
    """What the panel shows again after a refusal, once: the `opinion` typed, and under which deed's field the sentence `opinion_refused` stands."""
    kept = request.session.get("kept_opinion")
    if kept and kept["of"] == f"{subject._meta.model_name}-{subject.pk}":
        del request.session["kept_opinion"]
        return {"opinion": kept["text"], "opinion_refused": kept.get("refused", ""), "refused_deed": kept.get("deed", "")}
    return {"opinion": "", "opinion_refused": "", "refused_deed": ""}
