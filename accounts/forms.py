"""Forms of the door, and the stale-form check every editing form may use."""

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core import signing
from django.core.exceptions import ValidationError

from accounts.changes import in_words
from accounts.models import Role, Unit, UnitKind, User

PASSWORD_BOX = forms.PasswordInput(attrs={"autocomplete": "new-password", "maxlength": 128}, render_value=False)


def ask_plainly(form: forms.BaseForm) -> None:
    """A missing value is asked for by its name (请填写姓名, 请选择单位) and not by Django's 这个字段是必填项; for the __init__ of any form."""
    for field in form.fields.values():
        verb = "请选择" if isinstance(field, forms.ChoiceField | forms.ModelChoiceField) else "请填写"
        field.error_messages["required"] = f"{verb}{field.label or ''}"


class DraftFields:
    """A form whose fields named in NEEDED are shown as 必填 but not enforced: a draft may be saved with holes; what is missing to hand in,
    the service says. Call `mark_needed(True)` at the end of `__init__`."""

    NEEDED: tuple[str, ...] = ()

    def mark_needed(self, needed: bool) -> None:
        for name in self.NEEDED:
            self.fields[name].required = needed

    def full_clean(self) -> None:
        self.mark_needed(False)
        super().full_clean()
        self.mark_needed(True)


class StaleCheck(forms.ModelForm):
    """A ModelForm that refuses to overwrite what somebody saved in between (R05).

    The model has an integer `version` that each save raises. The form carries the version it was opened with, signed for its record;
    an older or altered one makes the form invalid, `stale` true and `stale_rows` the fields that differ: (label, stored now, typed here).
    What was typed stays in the fields, and the form now carries the current version, so that sending it again is a decision.
    The service that saves takes `form.opened_version` and checks it again under its lock."""

    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.stale, self.stale_rows, self.opened_version = False, [], self.instance.version
        self.initial["opened"] = self._signed()
        if self.instance.pk and self.is_bound:
            self._stored = {f.name: f.value_from_object(self.instance) for f in self.instance._meta.concrete_fields}

    def _signed(self) -> str:
        return signing.Signer(salt=f"opened-{self.instance._meta.label_lower}-{self.instance.pk}").sign(str(self.instance.version))

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.instance.pk is None or (self.data.get(self.add_prefix("opened")) == self._signed()):
            return cleaned
        self.stale = True
        self.stale_rows = [(self.fields[name].label or name, now, typed) for name, now, typed in self._both(cleaned) if now != typed]
        self.data = self.data.copy()
        self.data[self.add_prefix("opened")] = self._signed()
        raise ValidationError("这条记录在您打开后已被别人修改。您填写的内容还在，请对照最新内容，确认后再保存", code="stale")

    def _both(self, cleaned: dict):
        for name, value in cleaned.items():
            if name == "opened" or name not in self._stored:
                continue
            field = self.instance._meta.get_field(name)
            typed = getattr(value, "pk", value)
            yield name, in_words(self.instance, field, self._stored[name]), in_words(self.instance, field, typed)


class LoginForm(forms.Form):
    """What is typed at the door; whether it opens is decided by accounts.auth.try_password."""

    username = forms.CharField(label="账号", max_length=150, error_messages={"required": "请填写账号"})
    password = forms.CharField(
        label="密码", strip=False, max_length=256, widget=forms.PasswordInput, error_messages={"required": "请填写密码"}
    )

    def clean_username(self) -> str:
        """Lists show an account as @puan_finance; typed that way it is the same account."""
        return self.cleaned_data["username"].removeprefix("@")


class PasswordChangeForm(forms.Form):
    """Own password: the old one, the new one twice. Errors of the rules stand at the new password, one sentence each."""

    old = forms.CharField(
        label="现在的密码", strip=False, max_length=256, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(label="新密码", strip=False, max_length=256, widget=PASSWORD_BOX)
    again = forms.CharField(label="再输一次新密码", strip=False, max_length=256, widget=PASSWORD_BOX)

    def __init__(self, user: User, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)
        self.user = user
        self.rules = password_validators_help_texts()

    def clean_new(self) -> str:
        new = self.cleaned_data["new"]
        validate_password(new, self.user)
        if new == self.data.get("old"):
            raise ValidationError("新密码不能与现在的密码相同")
        return new

    def clean(self) -> dict:
        cleaned = super().clean()
        if "new" in cleaned and "again" in cleaned and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "两次输入的新密码不一致")
        return cleaned


class UnitChoice(forms.ModelChoiceField):
    """Units with their parent in front, in the order of the tree."""

    def label_from_instance(self, unit: Unit) -> str:
        return f"{unit.parent.short_name} · {unit.short_name}" if unit.parent_id and unit.kind != UnitKind.OFFICE else unit.short_name


class PersonForm(StaleCheck):
    """A person's account. Role and unit must fit together (accounts.services.check_role)."""

    unit = UnitChoice(label="单位", queryset=Unit.objects.select_related("parent"), empty_label="请选择")

    class Meta:
        model = User
        fields = ("username", "name", "unit", "role", "post", "valid_until")
        widgets = {"valid_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "username": "登录用，一人一号，定了不再改。字母、数字，最多 40 个字符",
            "name": "打印在流转记录和报告里",
            "role": "角色决定能看什么、能办什么，要与单位相符",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)
        self.fields["role"].choices = [("", "请选择"), *Role.choices]
        if self.instance.pk:
            self.fields["username"].disabled = True


class UnitForm(StaleCheck):
    """A unit beside the plan's own: a contractor under its community, a county department, a third party."""

    KINDS = (UnitKind.CONTRACTOR, UnitKind.DEPARTMENT, UnitKind.THIRD_PARTY)
    parent = forms.ModelChoiceField(
        label="所属社区",
        queryset=Unit.objects.filter(kind=UnitKind.COMMUNITY),
        required=False,
        empty_label="无",
        help_text="承接组织填写为哪个社区开展服务；县直部门和第三方机构不填",
    )

    class Meta:
        model = Unit
        fields = ("kind", "name", "short_name", "parent", "note")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in self.KINDS]
        self.fields["short_name"].required = False
        self.fields["short_name"].help_text = "不填时与名称相同"

    def clean(self) -> dict:
        cleaned = super().clean()
        if not cleaned.get("short_name") and cleaned.get("name"):
            cleaned["short_name"] = cleaned["name"][:40]
        if cleaned.get("kind") == UnitKind.CONTRACTOR and not cleaned.get("parent"):
            self.add_error("parent", "承接组织须选择所服务的社区：它提交的记录先由这个社区确认")
        if cleaned.get("kind") != UnitKind.CONTRACTOR:
            cleaned["parent"] = None
        return cleaned
