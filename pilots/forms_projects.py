"""Forms of projects: the project itself, a step of its 形象进度, a milestone. Code, pilot and people never come from the first one's fields."""

from django import forms
from django.db.models import Q, QuerySet

from accounts import clock
from accounts.fields import DayField, LineField, TextField, line_input
from accounts.forms import StaleCheck, UnitChoice, ask_plainly
from accounts.models import Unit, UnitKind
from pilots.models import Evidence, Milestone, ObligationKind, Pilot, Project, ProjectStep, ReviewState, Task


class PilotChoice(forms.ModelChoiceField):
    def label_from_instance(self, pilot: Pilot) -> str:
        return pilot.unit.short_name


class ProjectForm(StaleCheck):
    """A project of one pilot; the pilot is asked for only where a person carries several."""

    use_required_attribute = False
    pilot = PilotChoice(label="试点", queryset=Pilot.objects.none(), empty_label="请选择试点")
    name = LineField(label="项目名称", max_length=60, widget=line_input("如：为老关爱服务"))
    unit = UnitChoice(label="实施单位", queryset=Unit.objects.none(), empty_label="请选择")
    responsible = LineField(label="负责人", max_length=40, required=False, widget=line_input())
    planned_start = DayField(label="计划开工", required=False)
    planned_end = DayField(label="计划完工", required=False)
    budget_note = TextField(
        label="预算说明",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200, "placeholder": "测算依据，几句话"}),
    )
    tasks = forms.ModelMultipleChoiceField(
        Task.objects.none(),
        label="对应任务",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "two-columns"}),
        help_text="试点资金只用于有对应任务的项目，至少选一项才能安排资金",
    )

    class Meta:
        model = Project
        fields = ("name", "kind", "works", "unit", "responsible", "planned_start", "planned_end", "budget_note")

    def __init__(self, *args, pilots: QuerySet[Pilot], pilot: Pilot | None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pilot"].queryset = pilots
        if pilot is not None:
            del self.fields["pilot"]
        chosen = pilot or self._chosen(pilots)
        self.fields["kind"].choices = [("", "请选择"), *Project.Kind.choices]
        self.fields["works"].choices = [("", "不是方案列明的改造工程"), *Project.Works.choices]
        self.fields["unit"].queryset = _carriers(chosen, pilots)
        self.fields["tasks"].queryset = self._tasks_of(chosen)
        self.fields["tasks"].label_from_instance = lambda task: task.obligation.title
        if chosen is None:
            self.fields["tasks"].help_text = "先选择试点，再勾选项目对应的任务"
        if self.instance.pk:
            self.initial.setdefault("tasks", list(self.instance.tasks.values_list("pk", flat=True)))
        elif chosen is not None:
            self.initial.setdefault("unit", chosen.unit_id)
        ask_plainly(self)

    def _tasks_of(self, pilot: Pilot | None) -> QuerySet[Task]:
        """The pilot tasks of section 三, and what the project serves already."""
        rows = Task.objects.filter(pilot=pilot).select_related("obligation").order_by("obligation__order")
        wanted = Q(obligation__kind=ObligationKind.PILOT_TASK)
        return rows.filter(wanted | Q(projects=self.instance.pk)).distinct() if self.instance.pk else rows.filter(wanted)

    def _chosen(self, pilots: QuerySet[Pilot]) -> Pilot | None:
        key = str(self.data.get("pilot", "") if self.is_bound else self.initial.get("pilot", ""))
        return pilots.filter(pk=key).first() if key.isascii() and key.isdigit() and len(key) < 12 else None

    def clean(self) -> dict:
        cleaned = super().clean()
        start, end = cleaned.get("planned_start"), cleaned.get("planned_end")
        if start and end and end < start:
            self.add_error("planned_end", "计划完工不能早于计划开工")
        return cleaned

    def _post_clean(self) -> None:
        """The service writes and validates the record."""


def _carriers(pilot: Pilot | None, pilots: QuerySet[Pilot]) -> QuerySet[Unit]:
    """Who may carry out a project: the pilot's unit, its street or town, its contractors; of all own pilots while none is chosen."""
    own = pilots.order_by() if pilot is None else Pilot.objects.filter(pk=pilot.pk).order_by()
    found = Q(pk__in=own.values("unit")) | Q(pk__in=own.values("accountable")) | Q(parent__in=own.values("unit"))
    return Unit.objects.filter(found).exclude(kind=UnitKind.OFFICE).select_related("parent").distinct()


class ProjectStepForm(forms.Form):
    """登记进度: what happened, on which day, how far it is."""

    use_required_attribute = False
    kind = forms.ChoiceField(label="环节", choices=[("", "请选择"), *ProjectStep.Kind.choices])
    percent = forms.IntegerField(
        label="形象进度",
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": "%", "class": "figure", "autocomplete": "off"}),
        error_messages={"invalid": "请填 0 至 100 的整数", "min_value": "形象进度不能小于 0", "max_value": "形象进度不能大于 100"},
        help_text="登记“进度”时填",
    )
    day = DayField(label="发生日期", past=True)
    note = LineField(label="说明", max_length=200, required=False, widget=line_input("如：主体完成，正在铺装"))
    evidence = forms.ModelChoiceField(Evidence.objects.none(), label="佐证材料", required=False, empty_label="不选")

    def __init__(self, *args, project: Project, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = clock.today
        rows = Evidence.objects.filter(pilot=project.pilot_id, tasks__projects=project).exclude(
            state__in=(ReviewState.DRAFT, ReviewState.VOID)
        )
        self.fields["evidence"].queryset = rows.distinct().order_by("-dated", "-pk")
        ask_plainly(self)


class MilestoneForm(forms.ModelForm):
    use_required_attribute = False
    name = LineField(label="节点", max_length=60, widget=line_input("如：完成招标、主体完工"))
    due = DayField(label="计划日期")

    class Meta:
        model = Milestone
        fields = ("name", "due")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)

    def _post_clean(self) -> None:
        """The service writes and validates the record."""


class MilestoneDoneForm(forms.Form):
    use_required_attribute = False
    done_on = DayField(label="完成日期", past=True)
    proof = LineField(label="完成依据", max_length=200, required=False, widget=line_input("如：隐蔽工程验收记录"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)


class CancelForm(forms.Form):
    use_required_attribute = False
    reason = TextField(label="取消原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)
