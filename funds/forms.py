"""Forms of sources, allocations, budgets, contracts and disclosures. Whose pilot, who entered it and its sign never come from a form."""

from django import forms
from django.db.models import QuerySet

from accounts import clock
from accounts.fields import DayField, LineField, TextField, line_input
from accounts.forms import ask_plainly
from funds.models import BudgetLine, Contract, ContractChange, Disclosure, FundSource, UseCategory
from pilots import files
from pilots.models import Pilot, Project, StoredFile
from pilots.money import MoneyFormField

PAPERS = frozenset({StoredFile.Kind.PDF, StoredFile.Kind.IMAGE})
"""Scans and photos of papers."""


def money_field(label: str, **kwargs) -> MoneyFormField:
    """An amount in 元 with 大写 shown live under it when the template gives it a place."""
    attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "money", "data-unit": "元", **kwargs.pop("attrs", {})}
    return MoneyFormField(label=label, widget=forms.TextInput(attrs=attrs), **kwargs)


def reason_field(label: str, placeholder: str = "", *, required: bool = True) -> TextField:
    attrs = {"rows": 2, "maxlength": 200, "placeholder": placeholder}
    return TextField(label=label, max_length=200, required=required, widget=forms.Textarea(attrs=attrs))


class PaperField(forms.FileField):
    """One scan or photo, checked before anything is stored; `cleaned_data` holds the checked upload."""

    def __init__(self, *, kinds: frozenset = PAPERS, **kwargs) -> None:
        self.kinds = kinds
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": files.accept_attribute(kinds)}))
        super().__init__(**kwargs)

    def clean(self, data, initial=None):
        uploaded = super().clean(data, initial)
        return files.check_upload(uploaded, kinds=self.kinds) if uploaded else None


class PlainForm(forms.Form):
    """A form whose missing values are asked for by name; the browser's own bubbles are off."""

    use_required_attribute = False

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)


class PilotChoice(forms.ModelChoiceField):
    def label_from_instance(self, pilot: Pilot) -> str:
        return pilot.unit.short_name


# --- sources and allocations ----------------------------------------------------------------------------------------------------


class FundSourceForm(PlainForm):
    """登记资金下达: what stands on the document."""

    level = forms.ChoiceField(label="来源", choices=[("", "请选择"), *FundSource.Level.choices])
    document_number = LineField(label="文号", max_length=60, widget=line_input("如：遂财社〔2022〕45号"))
    name = LineField(label="文件名称", max_length=100, widget=line_input("如：关于下达城乡社区治理试点补助资金的通知"))
    issued_on = DayField(label="下达日期", past=True)
    amount = money_field("金额", attrs={"data-capital": "source-capital"})
    note = TextField(label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}))
    scan = PaperField(label="文件扫描件", required=False, help_text="PDF 或照片，不超过 20 MB")


class AllocationForm(PlainForm):
    """下达到试点: part of one source to one pilot."""

    pilot = PilotChoice(label="试点", queryset=Pilot.objects.none(), empty_label="请选择试点")
    amount = money_field("金额", attrs={"data-capital": "allocation-capital"})
    allocated_on = DayField(label="分配日期", past=True)
    document_number = LineField(label="分配文号", max_length=60, required=False, widget=line_input("没有单独文号的可以不填"))
    note = LineField(label="说明", max_length=200, required=False, widget=line_input())

    def __init__(self, *args, pilots: QuerySet[Pilot], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pilot"].queryset = pilots


class ReversalForm(PlainForm):
    """冲正: the same amount back, with a reason; both rows stay."""

    reason = reason_field("冲正原因", "写明错在哪里、按什么更正")


# --- budget ---------------------------------------------------------------------------------------------------------------------


class ProjectChoice(forms.ModelChoiceField):
    def label_from_instance(self, project: Project) -> str:
        return f"{project.code}　{project.name}（{project.pilot.unit.short_name}）"


class BudgetLineForm(PlainForm):
    """One use category of one project with its first amount."""

    project = ProjectChoice(label="项目", queryset=Project.objects.none(), empty_label="请选择项目")
    category = forms.ModelChoiceField(label="用途类别", queryset=UseCategory.objects.none(), empty_label="请选择用途类别")
    amount = money_field("预算金额", attrs={"data-capital": "budget-capital"})

    def __init__(self, *args, projects: QuerySet[Project], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects
        self.fields["category"].queryset = UseCategory.objects.filter(allowed=True)


SIGNS = [("1", "调增"), ("-1", "调减")]


class BudgetChangeForm(PlainForm):
    """调整预算: up or down, with a reason."""

    sign = forms.TypedChoiceField(label="方向", choices=SIGNS, coerce=int, widget=forms.RadioSelect, initial="1")
    amount = money_field("调整金额")
    reason = reason_field("调整原因", "如：按实施方案调整，增加无障碍坡道一处")


# --- contracts ------------------------------------------------------------------------------------------------------------------


class LineChoice(forms.ModelChoiceField):
    """Budget lines as 项目 · 用途类别（试点）; `several` says whether the pilot must be named."""

    several = False

    def label_from_instance(self, line: BudgetLine) -> str:
        where = f"（{line.pilot.unit.short_name}）" if self.several else ""
        return f"{line.project.code}　{line.project.name} · {line.category.name}{where}"


class ContractForm(PlainForm):
    """What the signed contract says. The account is the bank and the last four digits only."""

    line = LineChoice(label="预算科目", queryset=BudgetLine.objects.none(), empty_label="请选择项目和用途类别")
    number = LineField(label="合同编号", max_length=40, required=False, widget=line_input("如：HT-2022-P4-002，不填由系统生成"))
    name = LineField(label="合同名称", max_length=60, widget=line_input("如：为老关爱服务"))
    contractor = LineField(label="承接单位", max_length=80, widget=line_input("合同上的全称"))
    party = forms.ChoiceField(
        label="承接单位类别",
        choices=[("", "请选择"), *Contract.Party.choices],
        help_text="备案的社区社会组织没有法人资格，通过代管的登记组织签订",
    )
    method = forms.ChoiceField(label="采购方式", choices=[("", "请选择"), *Contract.Method.choices])
    awarded_on = DayField(label="成交日期", past=True)
    signed_on = DayField(label="签订日期", past=True)
    amount = money_field("合同金额", attrs={"data-capital": "contract-capital"})
    prepayment_percent = forms.IntegerField(
        label="合同约定的预付款比例",
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-unit": "%", "class": "figure", "autocomplete": "off"}),
        help_text="没有约定的填 0",
        error_messages={"invalid": "请填 0 至 100 的整数", "min_value": "预付款比例不能小于 0", "max_value": "预付款比例不能大于 100"},
    )
    bank = LineField(label="开户银行", max_length=60, required=False, widget=line_input("如：示例银行蓬溪支行"))
    account_tail = LineField(
        label="账号后四位",
        max_length=4,
        required=False,
        widget=line_input("0217", inputmode="numeric", maxlength=4),
        help_text="平台不保存完整账号",
    )
    note = LineField(label="说明", max_length=200, required=False, widget=line_input())

    def __init__(self, *args, lines: QuerySet[BudgetLine], several: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].several = several
        self.fields["line"].queryset = lines

    def clean_prepayment_percent(self) -> int:
        return self.cleaned_data.get("prepayment_percent") or 0

    def clean_account_tail(self) -> str:
        tail = self.cleaned_data["account_tail"]
        if tail and not (tail.isascii() and tail.isdigit() and len(tail) == 4):
            raise forms.ValidationError("只填账号的后四位数字")
        return tail

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("awarded_on") and cleaned.get("signed_on") and cleaned["signed_on"] < cleaned["awarded_on"]:
            self.add_error("signed_on", "合同签订日期不能早于成交日期")
        return cleaned


class ContractChangeForm(PlainForm):
    """合同变更 or 解除."""

    kind = forms.ChoiceField(label="类别", choices=ContractChange.Kind.choices, initial="change", widget=forms.RadioSelect)
    sign = forms.TypedChoiceField(label="方向", choices=SIGNS, coerce=int, initial="1", widget=forms.RadioSelect)
    amount = money_field("变更金额", required=False, help_text="解除合同时不填，未支付的部分全部退回")
    signed_on = DayField(label="签订日期", past=True)
    reason = reason_field("变更原因", "如：增加服务对象 12 人")

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("kind") == ContractChange.Kind.CHANGE and not cleaned.get("amount") and "amount" not in self.errors:
            self.add_error("amount", "请填写变更金额")
        return cleaned


# --- disclosures ----------------------------------------------------------------------------------------------------------------


class DisclosureForm(PlainForm):
    """资金使用情况公示, registered when it was posted; the second photo comes when the period is over."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    pilot = PilotChoice(label="试点", queryset=Pilot.objects.none(), empty_label="请选择试点")
    period = forms.ChoiceField(label="公示的季度")
    posted_on = DayField(label="公示开始", past=True)
    until = DayField(label="公示结束", help_text="公示期不少于 5 个工作日")
    place = LineField(label="公示地点", max_length=80, widget=line_input("如：社区党群服务中心公示栏"))
    telephone = LineField(label="监督电话", max_length=40, widget=line_input("街道、镇和社区的办公电话", inputmode="tel"))
    note = LineField(label="说明", max_length=200, required=False, widget=line_input())
    text_file = PaperField(label="公示文本", required=False, help_text="公示栏所贴文本的扫描件或 PDF")
    start_photo = PaperField(label="张贴照片", required=False, kinds=files.PHOTOS, help_text="看得清公示栏和日期")
    end_photo = PaperField(label="期满照片", required=False, kinds=files.PHOTOS, help_text="公示期满后补传")

    def __init__(self, *args, pilots: QuerySet[Pilot], row: Disclosure | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pilot"].queryset = pilots
        self.fields["period"].choices = [("", "请选择季度"), *quarters()]
        if row is not None:
            del self.fields["pilot"]
            del self.fields["period"]

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("posted_on") and cleaned.get("until") and cleaned["until"] < cleaned["posted_on"]:
            self.add_error("until", "公示结束不能早于公示开始")
        if cleaned.get("period"):
            year, _, quarter = cleaned["period"].partition("-")
            cleaned["year"], cleaned["quarter"] = int(year), int(quarter)
        return cleaned


def quarters() -> list[tuple[str, str]]:
    """The quarters a posting may be about: the current one and the five before it, newest first, as (2022-4, 2022年第四季度)."""
    today = clock.today()
    place = today.year * 4 + (today.month - 1) // 3
    return [(f"{n // 4}-{n % 4 + 1}", f"{n // 4}年第{'一二三四'[n % 4]}季度") for n in range(place, place - 6, -1)]
