"""Forms of the reports' pages."""

import re

from django import forms

from accounts import clock
from accounts.forms import ask_plainly
from accounts.models import User
from pilots.files import accept_attribute
from pilots.models import Pilot, Programme
from reports.kinds import KINDS
from reports.models import Report
from reports.periods import Every, period_of, periods
from reports.services import SCAN_KINDS, check_period

DATE = {"type": "date"}


class NewReportForm(forms.Form):
    """Which report, of whom, of which month or quarter where the kind has one, as of which day."""

    kind = forms.ChoiceField(label="报告", widget=forms.RadioSelect)
    pilot = forms.ModelChoiceField(Pilot.objects.none(), label="范围", required=False, empty_label="全县（六个试点合编一份）")
    period = forms.ChoiceField(label="月份或季度", required=False)
    as_of = forms.DateField(label="数据截止日期", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE))

    def __init__(self, *args, user: User, programme: Programme, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        kinds = list(KINDS.values())
        self.fields["kind"].choices = [(kind.code, kind.name) for kind in kinds]
        self.fields["pilot"].queryset = Pilot.objects.visible_to(user).select_related("unit")
        only = "、".join(kind.name for kind in kinds if not kind.for_county)
        self.fields["pilot"].help_text = f"{only}按试点编制，须选择试点" if only else ""
        self.fields["period"].choices = [("", "不分月份、季度")] + [
            (every.value, [(p.code, p.label) for p in periods(every, programme.plan_issued, clock.today())]) for every in Every
        ]
        said = "；".join(f"{kind.name}选{kind.every.value}" for kind in kinds if kind.every)
        self.fields["period"].help_text = f"{said}；其他报告不用选"
        self.usual = {kind.code: min(kind.as_of(programme), clock.today()) for kind in kinds if not kind.every}
        usual = "，".join(f"{KINDS[code].name}算到 {day.isoformat()}" for code, day in self.usual.items())
        self.fields["as_of"].help_text = f"报告里的数字都算到这一天。不填的，{usual}，按月份、季度编制的算到期末"
        self.fields["as_of"].widget.attrs["max"] = clock.today().isoformat()

    def clean(self) -> dict:
        """Fills the day nobody named (the usual one of the kind, the last of the month or quarter), and lets the service say what does not fit."""
        data = super().clean()
        kind, period = KINDS.get(data.get("kind", "")), period_of(data.get("period", ""))
        if kind is None or "as_of" in self.errors:
            return data
        if data.get("as_of") is None and kind.every and period:
            data["as_of"] = min(period.last, clock.today())
        if data.get("as_of") is None and not kind.every:
            data["as_of"] = self.usual[kind.code]
        if data.get("as_of") and data["as_of"] > clock.today():
            self.add_error("as_of", f"数据截止日期不能晚于今天（{clock.today().isoformat()}）")
        elif data.get("as_of") or "period" not in self.errors:
            try:
                check_period(kind, data.get("period", ""), data.get("as_of") or clock.today())
            except forms.ValidationError as refused:
                self.add_error(None, refused)
        return data


class SignForm(forms.Form):
    """签发登记: signed on paper or in the OA, registered here."""

    signer = forms.CharField(label="签发人", max_length=40)
    signed_on = forms.DateField(label="签发日期", widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE))
    scan = forms.FileField(
        label="签发页扫描件", widget=forms.FileInput(attrs={"accept": accept_attribute(SCAN_KINDS)}), help_text="PDF 或图片，不超过 20 MB"
    )

    def __init__(self, *args, report: Report, **kwargs) -> None:
        super().__init__(*args, **kwargs, prefix=f"sign-{report.pk}")
        ask_plainly(self)
        self.fields["scan"].error_messages["required"] = "请上传签发页扫描件"
        self.fields["signed_on"].widget.attrs["max"] = clock.today().isoformat()
        self.fields["signed_on"].initial = clock.today()


class OpinionForm(forms.Form):
    opinion = forms.CharField(label="意见", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="更正原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200}))


class VoidForm(forms.Form):
    reason = forms.CharField(label="作废原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}))


class DatedForm(forms.Form):
    dated = forms.DateField(label="成文日期", widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE))


class CodeForm(forms.Form):
    """核验码 of a printed copy: eight hexadecimal digits, blanks allowed, full-width digits too."""

    code = forms.CharField(
        label="核验码", max_length=20, help_text="印在报告最后一页右下角，8 位", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_code(self) -> str:
        code = re.sub(r"[\s\-　]", "", self.cleaned_data["code"]).translate(
            str.maketrans("０１２３４５６７８９ａｂｃｄｅｆＡＢＣＤＥＦ", "0123456789abcdefabcdef")
        )
        if not re.fullmatch(r"[0-9a-fA-F]{8}", code):
            raise forms.ValidationError("核验码是 8 位，由数字和字母 a 到 f 组成，如 7c1e 92af")
        return code.lower()
