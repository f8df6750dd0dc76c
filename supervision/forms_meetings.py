"""Forms of 每季调度 meetings and of 批示."""

from django import forms

from accounts.fields import DayField, LineField, TextField
from accounts.forms import ask_plainly
from pilots import files
from pilots.models import Pilot, RecurringPeriod


class MeetingForm(forms.Form):
    """登记调度会议."""

    use_required_attribute = False
    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    period = forms.ModelChoiceField(RecurringPeriod.objects.none(), label="调度季度", empty_label="请选择季度")
    held_on = DayField(label="会议日期", past=True)
    place = LineField(label="地点", max_length=60, required=False)
    chair = LineField(label="主持人", max_length=40, required=False)
    attendees = TextField(
        label="参加单位和人员", max_length=300, widget=forms.Textarea(attrs={"rows": 2, "placeholder": "如：普安街道、赤城镇、县财政局"})
    )
    items = TextField(
        label="协调事项",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "一行一项：事项，牵头单位，完成时间"}),
    )
    minutes = forms.FileField(
        label="会议纪要",
        required=False,
        widget=forms.FileInput(attrs={"accept": files.accept_attribute(files.ALL_KINDS)}),
        help_text="PDF、Word 或照片，不超过 20 MB。没有印发时可以先登记会议",
    )

    def __init__(self, *args, periods, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)
        self.fields["period"].queryset = periods
        self.fields["period"].label_from_instance = lambda period: period.label


class InstructionForm(forms.Form):
    """批示登记: the leader's words."""

    use_required_attribute = False
    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    about = LineField(
        label="批示事项", max_length=100, widget=forms.TextInput(attrs={"placeholder": "如：中期评估报告、竹林桥社区问题整改"})
    )
    pilot = forms.ModelChoiceField(
        Pilot.objects.none(), label="涉及试点", to_field_name="code", required=False, empty_label="不限于某个试点"
    )
    words = TextField(label="批示内容", max_length=500, widget=forms.Textarea(attrs={"rows": 5}))
    given_on = DayField(label="批示日期", past=True)
    url = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)

    def __init__(self, *args, pilots: list[Pilot], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)
        self.fields["pilot"].queryset = Pilot.objects.filter(pk__in=[pilot.pk for pilot in pilots]).select_related("unit")
        self.fields["pilot"].label_from_instance = lambda pilot: pilot.unit.short_name


class ReplyForm(forms.Form):
    """办理情况 of an instruction."""

    use_required_attribute = False
    answer = TextField(
        label="办理情况",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "办了什么，结果如何"}),
        error_messages={"required": "请写明办理情况"},
    )
