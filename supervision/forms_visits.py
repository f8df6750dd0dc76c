"""Forms of the visit sheet: opening one, its head, and one small form per item. State, month and people never come from a form."""

from django import forms

from accounts import clock
from accounts.fields import TIME_FORMATS, DayField, LineField, PlainTimeField, TextField
from accounts.forms import ask_plainly
from accounts.widgets import AnswerButtons
from pilots.models import Pilot
from supervision.forms_findings import SEVERITY_KINDS
from supervision.models import Answer, Severity, VisitAnswer, VisitKind
from supervision.visits import DRAFTED

ANSWER_KINDS = {Answer.YES: "ok", Answer.PARTLY: "mid", Answer.NO: "bad", Answer.NA: "plain"}
ANSWER_KEYS = {Answer.YES: "1", Answer.PARTLY: "2", Answer.NO: "3", Answer.NA: "0"}
"""The keys of the four answers, while a group of them has the focus."""


def _time() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class OpenVisitForm(forms.Form):
    """开始督导: which pilot, when, by whom."""

    use_required_attribute = False
    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    pilot = forms.ModelChoiceField(Pilot.objects.none(), label="试点", to_field_name="code", empty_label="请选择试点")
    kind = forms.ChoiceField(label="类别", choices=VisitKind.choices, widget=AnswerButtons, initial=VisitKind.MONTHLY)
    visited_on = DayField(label="督导日期")
    visited_at = PlainTimeField(label="到达时间", input_formats=TIME_FORMATS, widget=_time(), required=False)
    inspectors = LineField(
        label="督导人员", max_length=60, widget=forms.TextInput(attrs={"placeholder": "两人以上，用顿号隔开", "autocomplete": "off"})
    )

    def __init__(self, *args, pilots: list[Pilot], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)
        self.fields["pilot"].queryset = Pilot.objects.filter(pk__in=[pilot.pk for pilot in pilots]).select_related("unit")
        self.fields["pilot"].label_from_instance = lambda pilot: pilot.unit.short_name
        self.fields["visited_on"].widget.attrs["max"] = clock.today().isoformat()


class HeadForm(forms.Form):
    """The head of a sheet, and the version it was opened with."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    visited_on = DayField(label="督导日期")
    visited_at = PlainTimeField(label="到达时间", input_formats=TIME_FORMATS, widget=_time(), required=False)
    inspectors = LineField(label="督导人员", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    conclusion = TextField(
        label="总体情况",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "一两句话：总的看怎样，好的做法是什么，要提醒什么"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)


class AnswerForm(forms.Form):
    """One item: the answer, a remark, and the finding that a 不符合 will open. Holes are allowed until 提交."""

    use_required_attribute = False
    answer = forms.ChoiceField(label="结论", choices=Answer.choices, required=False)
    remark = LineField(label="备注", max_length=200, required=False)
    problem_title = LineField(label="问题标题", max_length=60, required=False)
    problem = TextField(label="问题描述", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    requirement = LineField(label="整改要求", max_length=200, required=False)
    severity = forms.ChoiceField(label="严重程度", choices=Severity.choices, required=False, widget=AnswerButtons(kinds=SEVERITY_KINDS))
    deadline = DayField(label="整改时限", required=False)

    def __init__(self, *args, answer: VisitAnswer, **kwargs) -> None:
        self.row = answer
        initial = {name: getattr(answer, name) for name in ("answer", "remark", *DRAFTED)}
        initial["severity"] = initial["severity"] or Severity.MINOR
        super().__init__(*args, prefix=f"a{answer.pk}", initial=initial, **kwargs)
        self.fields["requirement"].widget.attrs["placeholder"] = "改到什么程度算改好"
        self.fields["problem_title"].widget.attrs["placeholder"] = "可不填，不填时取问题描述的前几个字"

    @property
    def shown_answer(self) -> str:
        """The answer the sheet shows now: typed, else stored."""
        return str(self["answer"].value() or "")

    @property
    def is_wrong(self) -> bool:
        return self.shown_answer == Answer.NO

    def touched(self) -> bool:
        """Whether what came differs from what is stored. A finding is compared only where there is one."""
        given, row = self.cleaned_data, self.row
        if given.get("answer", row.answer) != row.answer or given.get("remark", row.remark) != row.remark:
            return True
        return given.get("answer") == Answer.NO and any(name in given and given[name] != getattr(row, name) for name in DRAFTED)

    def drafted(self) -> dict:
        return {name: self.cleaned_data[name] for name in DRAFTED if name in self.cleaned_data}
