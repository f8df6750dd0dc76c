"""Forms of the reports' pages."""

import re

from django import forms

from accounts import clock
from accounts.models import User
from pilots.files import accept_attribute
from pilots.models import Pilot, Programme
from reports.kinds import KINDS
from reports.models import Report
from reports.services import SCAN_KINDS

DATE = {"type": "date"}


class NewReportForm(forms.Form):
    """Which report, of whom, as of which day."""

    kind = forms.ChoiceField(label="报告", choices=[(kind.code, kind.name) for kind in KINDS.values()], widget=forms.RadioSelect)
    pilot = forms.ModelChoiceField(Pilot.objects.none(), label="范围", required=False, empty_label="全县（六个试点合编一份）")
    as_of = forms.DateField(
        label="数据截止日期", widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE), help_text="报告里的数字都算到这一天"
    )

    def __init__(self, *args, user: User, programme: Programme, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pilot"].queryset = Pilot.objects.visible_to(user).select_related("unit")
        usual = "；".join(f"{kind.name}一般算到 {min(kind.as_of(programme), clock.today()).isoformat()}" for kind in KINDS.values())
        self.fields["as_of"].help_text = f"报告里的数字都算到这一天。{usual}"
        self.fields["as_of"].widget.attrs["max"] = clock.today().isoformat()

    def clean_as_of(self):
        day = self.cleaned_data["as_of"]
        if day > clock.today():
            raise forms.ValidationError(f"数据截止日期不能晚于今天（{clock.today().isoformat()}）")
        return day


class SignForm(forms.Form):
    """签发登记: signed on paper or in the OA, registered here."""

    signer = forms.CharField(label="签发人", max_length=40)
    signed_on = forms.DateField(label="签发日期", widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE))
    scan = forms.FileField(
        label="签发页扫描件", widget=forms.FileInput(attrs={"accept": accept_attribute(SCAN_KINDS)}), help_text="PDF 或图片，不超过 20 MB"
    )

    def __init__(self, *args, report: Report, **kwargs) -> None:
        super().__init__(*args, **kwargs, prefix=f"sign-{report.pk}")
        self.fields["signed_on"].widget.attrs["max"] = clock.today().isoformat()
        self.fields["signed_on"].initial = clock.today()


class OpinionForm(forms.Form):
    opinion = forms.CharField(label="意见", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="更正原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200}))


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
