"""Form widgets of the house. Plain Django widgets already wear our classes (templates/django/forms/widgets); these add units and buttons."""

from collections.abc import Mapping

from django import forms


class UnitInput(forms.NumberInput):
    """A whole number with its unit inside the field at the right: `UnitInput("人次")`."""

    def __init__(self, unit: str, attrs: Mapping | None = None) -> None:
        super().__init__({"data-unit": unit, "inputmode": "numeric", "min": 0, **(attrs or {})})


class MoneyInput(forms.TextInput):
    """An amount in 元, right-aligned; typed separators (82,400.00) are taken out before the field reads it."""

    def __init__(self, attrs: Mapping | None = None) -> None:
        super().__init__({"data-unit": "元", "inputmode": "decimal", "class": "money", "autocomplete": "off", **(attrs or {})})

    def value_from_datadict(self, data, files, name) -> str | None:
        value = super().value_from_datadict(data, files, name)
        return value.replace(",", "").replace("，", "").strip() if isinstance(value, str) else value


class AnswerButtons(forms.RadioSelect):
    """A row of buttons, one chosen: green, amber, red or neutral by `kinds` {value: ok mid bad plain}; others turn blue."""

    template_name = "accounts/widgets/answer_buttons.html"

    def __init__(self, attrs: Mapping | None = None, choices=(), kinds: Mapping[str, str] | None = None) -> None:
        super().__init__(attrs, choices)
        self.kinds = {str(value): kind for value, kind in (kinds or {}).items()}

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None) -> dict:
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        option["kind"] = self.kinds.get(str(value), "")
        return option


class Chips(forms.CheckboxSelectMultiple):
    """Several of a few short choices, as chips with a tick (tasks of an activity)."""

    template_name = "accounts/widgets/chips.html"
