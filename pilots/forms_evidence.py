"""The form of 佐证材料."""

from django import forms

from accounts import clock
from accounts.models import User
from pilots import evidence
from pilots.models import Evidence, EvidenceType, Task


class EvidenceForm(forms.ModelForm):
    """Type, title, date, tasks and one file. Unit, state and people never come from the form."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    upload = forms.FileField(
        label="文件",
        required=False,
        help_text="PDF、Word、Excel、OFD 或图片，不超过 20 MB。微信照片也可以，照片会自动缩小并去掉拍摄位置",
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.xlsx,.ofd,.jpg,.jpeg,.png,.heic"}),
    )
    tasks = forms.ModelMultipleChoiceField(
        Task.objects.none(),
        label="对应任务",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="一份材料可以证明几项任务，上传一次就够",
    )

    class Meta:
        model = Evidence
        fields = ("type", "title", "dated", "note", "tasks")
        widgets = {
            "title": forms.TextInput(attrs={"maxlength": 80, "placeholder": "如：居民需求调研分析报告"}),
            "dated": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "note": forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
        }
        help_texts = {"dated": "材料上写的日期，如会议、签订、印发的日期"}

    def __init__(self, *args, user: User, kind: EvidenceType | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = evidence.types_for(user)
        self.fields["type"].empty_label = "请选择材料类型"
        self.fields["tasks"].queryset = evidence.tasks_proved_by(user, kind) if (kind := kind or self._kind()) else Task.objects.none()
        self.fields["tasks"].label_from_instance = lambda task: _label(task, user)
        self.fields["tasks"].widget.attrs["class"] = "column"
        if kind is None:
            self.fields["tasks"].help_text = "先选择材料类型，再勾选这份材料证明的任务"

    def _kind(self) -> EvidenceType | None:
        """The type chosen in the form or of the record: the tasks offered follow it."""
        if self.is_bound:
            chosen = self.data.get("type", "")
            return (
                self.fields["type"].queryset.filter(pk=chosen).first()
                if chosen.isascii() and chosen.isdigit() and len(chosen) < 12
                else None
            )
        return self.instance.type if self.instance.pk else None

    def clean_dated(self):
        day = self.cleaned_data["dated"]
        if day and day > clock.today():
            raise forms.ValidationError(f"形成日期不能晚于今天（{clock.today().isoformat()}）")
        return day

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())


def _label(task: Task, user: User) -> str:
    """The task in words; whose it is where that is not the person's own unit."""
    return task.obligation.title if task.unit_id == user.unit_id else f"{task.obligation.title}（{task.unit.short_name}）"
