"""Forms of findings: registering one by hand, and the words each deed asks for. State, number, people and units never come from a form."""

from django import forms

from accounts import clock
from accounts.fields import DayField, LineField, TextField
from accounts.forms import ask_plainly
from accounts.widgets import AnswerButtons
from communities.forms import PhotosField, PhotosInput
from pilots import files
from pilots.models import Pilot
from supervision.findings import responsible_units
from supervision.models import Aspect, Severity, Source

SEVERITY_KINDS = {Severity.MINOR: "", Severity.MAJOR: "mid", Severity.SEVERE: "bad"}
"""The colour of a severity among the answer buttons."""


class FindingForm(forms.Form):
    """登记问题: found outside a visit sheet (中期评估, 初查, a letter), at one pilot of those in sight."""

    use_required_attribute = False
    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    pilot = forms.ModelChoiceField(Pilot.objects.none(), label="试点", to_field_name="code", empty_label="请选择试点")
    aspect = forms.ChoiceField(label="方面", choices=Aspect.choices, widget=AnswerButtons)
    source = forms.ChoiceField(label="来源", choices=Source.choices, initial=Source.SUPERVISION)
    title = LineField(
        label="问题",
        max_length=60,
        widget=forms.TextInput(attrs={"data-count": True, "placeholder": "一句话，如：便民服务清单公示照片缺期满张"}),
    )
    description = TextField(
        label="问题描述", max_length=500, widget=forms.Textarea(attrs={"rows": 3, "placeholder": "看到了什么，与哪项要求不符"})
    )
    requirement = TextField(
        label="整改要求", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2, "placeholder": "改到什么程度算改好"})
    )
    found_on = DayField(label="发现日期", past=True)
    severity = forms.ChoiceField(
        label="严重程度", choices=Severity.choices, widget=AnswerButtons(kinds=SEVERITY_KINDS), initial=Severity.MINOR
    )
    deadline = DayField(label="整改时限", required=False)
    unit = forms.ChoiceField(label="责任单位", required=False, help_text="不选时由试点单位整改；街道、镇可以作为责任单位")
    person = LineField(label="责任人", max_length=40, required=False)
    photos = PhotosField(
        label="现场照片",
        required=False,
        widget=PhotosInput(attrs={"accept": files.accept_attribute(files.PHOTOS), "multiple": True}),
        help_text="整改前的照片，最多 9 张，每张不超过 25 MB",
    )

    def __init__(self, *args, pilots: list[Pilot], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)
        self.pilots = pilots
        self.fields["pilot"].queryset = Pilot.objects.filter(pk__in=[pilot.pk for pilot in pilots]).select_related("unit", "accountable")
        self.fields["pilot"].label_from_instance = lambda pilot: pilot.unit.short_name
        units = dict.fromkeys(unit for pilot in pilots for unit in responsible_units(pilot))
        self.units = {str(unit.pk): unit for unit in units}
        self.fields["unit"].choices = [("", "试点单位"), *((key, unit.short_name) for key, unit in self.units.items())]
        self.fields["found_on"].widget.attrs["max"] = clock.today().isoformat()

    def clean_unit(self):
        return self.units.get(self.cleaned_data["unit"])


class RectifyForm(forms.Form):
    """提交整改: what was done, with photos of afterwards and papers."""

    use_required_attribute = False
    text = TextField(
        label="整改情况",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "做了哪些事，什么时候做的，结果怎样"}),
        error_messages={"required": "请写明整改情况：做了什么，结果如何"},
    )


class RecheckForm(forms.Form):
    """复核意见: needed when it goes back."""

    use_required_attribute = False
    text = TextField(
        label="复核意见",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "现场核实了什么，结论是什么"}),
    )


class ReturnForm(RecheckForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        self.fields["text"].error_messages["required"] = "退回须写明意见，让对方知道怎么改"


class AskForm(forms.Form):
    """申请延期."""

    use_required_attribute = False
    until = DayField(
        label="延期至",
        help_text="遇周末、节假日自动顺延",
        error_messages={"required": "请填写延期至哪一天"},
    )
    text = TextField(
        label="延期理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}), error_messages={"required": "请写明延期理由"}
    )


class GrantForm(forms.Form):
    """审批延期申请: the day may differ from the one asked for."""

    use_required_attribute = False
    until = DayField(label="延期至", required=False, help_text="可改，遇周末、节假日自动顺延")
    text = TextField(label="审批意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class RefuseForm(GrantForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        self.fields["text"].error_messages["required"] = "请写明不同意的理由"


class ReopenForm(forms.Form):
    """重新打开 a closed finding."""

    use_required_attribute = False
    text = TextField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}), error_messages={"required": "请写明重新打开的理由"}
    )
    deadline = DayField(label="整改时限", required=False, help_text="不填时按严重程度推定")


class AssignForm(forms.Form):
    """交办 what was registered without being assigned."""

    use_required_attribute = False
    deadline = DayField(label="整改时限", required=False, help_text="不填时按严重程度推定")


class StartForm(forms.Form):
    """开始整改 asks for nothing."""
