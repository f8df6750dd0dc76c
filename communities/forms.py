"""The form of an activity: nothing but what the person who was there knows. Unit, pilot, state and people never come from it."""

import re

from django import forms
from django.core.exceptions import ValidationError

from accounts.fields import DATE_FORMATS, TIME_FORMATS, LineField, PlainDateField, PlainTimeField, TextField, halfwidth
from accounts.forms import DraftFields
from communities.activities import MOST_PEOPLE, check_day, tasks_for
from communities.models import Activity
from communities.queries import all_categories
from pilots import files
from pilots.filenames import clean_name
from pilots.models import ActivityCategory, Pilot


class CountField(forms.Field):
    """A number of people: full-width digits, thousands separators and a trailing 人/人次 are understood."""

    widget = forms.TextInput

    def to_python(self, value) -> int | None:
        text = re.sub(r"[,\s]|人次|人$", "", halfwidth(str(value or "")))
        if not text:
            return None
        if re.fullmatch(r"[-−]\d+", text):
            raise ValidationError(f"{self.label}不能是负数")
        if not re.fullmatch(r"[0-9]{1,12}", text):
            raise ValidationError(f"{self.label}请填整数，例如 26")
        if int(text) > MOST_PEOPLE:
            raise ValidationError(f"{self.label}不超过 {MOST_PEOPLE:,}，请核对")
        return int(text)


def _text(placeholder: str, **attrs) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off", **attrs})


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else []


class PhotosField(forms.Field):
    """Several photos in one request, for browsers without scripts. Cleans to checked uploads; one sentence per refused file."""

    widget = PhotosInput

    def clean(self, value) -> list[files.Checked]:
        checked, refused = [], []
        for uploaded in value or []:
            try:
                checked.append(files.check_upload(uploaded, kinds=files.PHOTOS))
            except ValidationError as refusal:
                refused += [f"“{clean_name(uploaded.name or '')}”：{sentence}" for sentence in refusal.messages]
        if refused:
            raise ValidationError(refused)
        return checked


class ActivityForm(DraftFields, forms.ModelForm):
    """Everything may be missing in a draft; what is needed to hand in, `missing_for_submit` says."""

    use_required_attribute = False
    NEEDED = ("title", "category", "day", "place", "participants", "content")
    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = LineField(label="活动名称", max_length=40, widget=_text("如：儿童科普实验室第七课", **{"data-count": True}))
    day = PlainDateField(label="日期", input_formats=DATE_FORMATS, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    start_time = PlainTimeField(
        label="开始时间", input_formats=TIME_FORMATS, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    place = LineField(label="地点", max_length=60, widget=_text("如：社区党群服务中心二楼"))
    organiser = LineField(label="主办单位", max_length=60, widget=_text("如：社区居民委员会", list="organisers"))
    participants = CountField(
        label="参加人次", widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": "人次", "autocomplete": "off"})
    )
    volunteers = CountField(
        label="志愿者", widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": "人", "autocomplete": "off"})
    )
    content = TextField(
        label="活动内容", max_length=500, widget=forms.Textarea(attrs={"rows": 4, "placeholder": "一两句话：谁来了，做了哪些事，效果怎样"})
    )
    photos = PhotosField(label="照片", widget=PhotosInput(attrs={"accept": files.accept_attribute(files.PHOTOS), "multiple": True}))
    guardian_consent = forms.BooleanField(label="照片中的未成年人，已取得监护人同意", help_text="没有同意的照片，公示和报告时自动不用")

    class Meta:
        model = Activity
        fields = (
            "category",
            "title",
            "day",
            "start_time",
            "place",
            "organiser",
            "participants",
            "volunteers",
            "content",
            "guardian_consent",
            "tasks",
        )
        widgets = {"tasks": forms.CheckboxSelectMultiple}

    def __init__(self, *args, pilot: Pilot, own_categories: list[ActivityCategory] = (), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
        self.fields["tasks"].queryset = tasks_for(pilot)
        self.fields["tasks"].label = "对应试点任务"
        self.fields["tasks"].label_from_instance = lambda task: task.obligation.title
        self._group_categories(list(own_categories))
        self.mark_needed(True)

    def _group_categories(self, own: list[ActivityCategory]) -> None:
        field = self.fields["category"]
        field.label = "类别"
        others = [category for category in all_categories() if category not in own]
        groups = [("", "请选择类别")]
        if own:
            groups.append(("本试点任务要求的", [(category.pk, category.name) for category in own]))
        groups.append(("其他类别" if own else "全部类别", [(category.pk, category.name) for category in others]))
        field.widget = forms.Select(choices=groups, attrs={"data-category": True})

    def clean_day(self):
        check_day(self.cleaned_data["day"])
        return self.cleaned_data["day"]

    def _post_clean(self) -> None:
        """The service writes and validates the record; the form leaves its instance alone, so that a refusal shows what is stored."""
