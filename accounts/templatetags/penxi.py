"""The visual kit's template tags: icons, lights, tags, meters, figures and dates as people write them, the menu, fields.

A builtin of every template (settings), so no {% load %} is needed. Markup lives in templates/parts/; here is only what a template
cannot decide. Nothing is marked safe by hand: format_html and inclusion tags escape what people typed.
"""

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, ClearableFileInput, FileInput, RadioSelect, Textarea
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts import clock, plaintext
from accounts.amounts import wan as to_wan

register = template.Library()

NOTHING = "—"

# --- icons ------------------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An outline icon from the sprite; `extra` are further classes (icon-s, icon-l, icon-xl, a colour)."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" {extra}" if extra else "",
        static("vendor/icons.svg"),
        name,
    )


# --- lights, status tags, source tags -----------------------------------------------------------------------------------------

LIGHT_WORDS = {"ok": "正常", "warn": "预警", "late": "逾期", "none": "未到期"}
_LIGHT_STATES = {word: state for state, word in LIGHT_WORDS.items()} | {"有逾期问题": "late", "严重滞后": "late", "已达标": "ok"}
_LIGHT_STATES |= {
    "normal": "ok",
    "warning": "warn",
    "overdue": "late",
    "not_due": "none",
    "green": "ok",
    "amber": "warn",
    "red": "late",
    "grey": "none",
}


@register.filter
def light_state(state: object) -> str:
    """One of ok, warn, late, none from a light's code or its word; ValueError for anything else (a light must not guess)."""
    value = str(getattr(state, "value", state))
    if value in LIGHT_WORDS:
        return value
    if value in _LIGHT_STATES:
        return _LIGHT_STATES[value]
    raise ValueError(f"no such light: {value!r}")


@register.filter
def light_word(state: object) -> str:
    return LIGHT_WORDS[light_state(state)]


@register.inclusion_tag("parts/_light.html")
def light(state: object, word: str = "") -> dict:
    """● ▲ ■ ○ with its word; the word may be more exact (“还差 1 家”), the shape follows the state."""
    return {"state": state, "word": word}


@register.inclusion_tag("parts/_light.html")
def days_left(due: datetime.date | None, today: datetime.date | None = None) -> dict:
    """逾期 5 天 ■, 今天到期 ▲, 剩 3 天 ▲ (up to 10), 剩 31 天 ○. `today` is the business day unless given (an as-of day)."""
    if not due:
        return {"state": "none", "word": "未定期限"}
    left = (due - (today or clock.today())).days
    if left < 0:
        return {"state": "late", "word": f"逾期 {-left} 天"}
    return {"state": "warn" if left <= 10 else "none", "word": f"剩 {left} 天" if left else "今天到期"}


_STATUS_KINDS = {
    "none": "未开始 草稿 未编制 待整改 排队中 待提交 未提交 待领取 未登记 不适用",
    "go": "进行中 整改中 核稿 征求意见 定稿 已受理 生成中 正在生成 办理中 公示中 已提交",
    "warn": "待审核 待复核 待社区确认 待街镇审核 待镇街审核 待县级审核 待办公室审核 待审批 待确认 待备案 待补正 补正中",
    "ok": "已完成 已通过 已销号 已签发（登记） 已报送 已归档 已支付 已生成 已办结 已确认 已备案 已回应 已发布 启用 在用 正常",
    "late": "已退回 退回 生成未成功 未通过 已锁定 停用",
    "line": "暂缓 已更正 已撤回 已作废 已取消 已注销 已撤销",
}
_KIND_OF_STATUS = {word: kind for kind, words in _STATUS_KINDS.items() for word in words.split()}


@register.filter
def status_kind(word: object) -> str:
    """The colour of a status word; a longer word takes the colour of the status it begins with, an unknown one is grey."""
    text = str(word)
    if text in _KIND_OF_STATUS:
        return _KIND_OF_STATUS[text]
    return next((kind for known, kind in _KIND_OF_STATUS.items() if text.startswith(known)), "none")


@register.inclusion_tag("parts/_status.html")
def status_tag(word: object, kind: str = "") -> dict:
    """A status in its box: `{% status_tag task.get_status_display %}`; `kind` (none go warn ok late line) overrules the word's colour."""
    return {"word": word, "kind": kind}


SOURCES = {"p": "方案", "t": "试点方案", "d": "推导", "s": "建议"}
_SOURCE_CODES = {word: code for code, word in SOURCES.items()} | {code: code for code in SOURCES}
_SOURCE_CODES |= {"plan": "p", "scheme": "t", "derived": "d", "proposed": "s", "assumed": "s", "假定": "s"}


@register.filter
def source_code(source: object) -> str:
    """p, t, d or s for 方案, 试点方案, 推导, 建议 (word or code; 假定 is drawn as 建议); ValueError for anything else: never guessed."""
    value = str(getattr(source, "value", source))
    if value not in _SOURCE_CODES:
        raise ValueError(f"no such source of a target: {value!r}")
    return _SOURCE_CODES[value]


@register.filter
def source_word(source: object) -> str:
    return "假定" if str(getattr(source, "value", source)) in ("assumed", "假定") else SOURCES[source_code(source)]


@register.inclusion_tag("parts/_source.html")
def source_tag(source: object) -> dict:
    """Where a target or a date comes from; stands directly after it."""
    return {"source": source}


# --- meter --------------------------------------------------------------------------------------------------------------------


def _number(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _share(value: object, of: object = 100) -> Decimal | None:
    """`value` as percent of `of`, within 0 to 100, one decimal; None where there is nothing to show."""
    part, whole = _number(value), _number(of)
    if part is None or not whole:
        return None
    return min(max(part * 100 / whole, Decimal(0)), Decimal(100)).quantize(Decimal("0.1"), ROUND_HALF_UP)


@register.simple_tag
def meter(value: object, of: object = 100, tick: object = None, state: object = "", label: str = "") -> SafeString:
    """A bar of 6 px, drawn as SVG attributes (strict CSP): `{% meter 48 of=104 tick=57.5 state="warn" %}`.

    `value` counts out of `of` (percent unless given), `tick` is 序时进度 in percent, `state` a light or nothing for plain blue,
    `label` the sentence read aloud. The number itself always stands beside it."""
    done, mark = _share(value, of or 100) or Decimal(0), _share(tick)
    said = label or f"完成 {done}%" + (f"，序时进度 {mark}%" if mark is not None else "")
    drawn_tick = ""
    if mark is not None:
        drawn_tick = format_html(
            '<rect class="halo" x="{0}%" width="4" height="14" transform="translate(-2)"></rect>'
            '<rect class="tick" x="{0}%" width="2" height="14" rx="1" transform="translate(-1)"></rect>',
            mark,
        )
    return format_html(
        '<svg class="meter{}" role="img" aria-label="{}" width="100%" height="14"><rect class="bg" y="4" width="100%" height="6" rx="3"></rect>'
        '<rect class="bar" y="4" width="{}%" height="6" rx="3"></rect>{}</svg>',
        f" {light_state(state)}" if state else "",
        said,
        done,
        drawn_tick,
    )


# --- figures and dates as people write them -------------------------------------------------------------------------------------


def _day(value: object) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, datetime.date) else None


@register.filter
def iso(value: object) -> str:
    """2022-08-12, the way of lists."""
    day = _day(value)
    return day.isoformat() if day else NOTHING


@register.filter
def iso_minute(value: object) -> str:
    """2022-08-12 15:04 in local time; a mere date stays a date."""
    if not isinstance(value, datetime.datetime):
        return iso(value)
    return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")


@register.filter
def zh_date(value: object) -> str:
    """2022年8月12日, the way of documents."""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else NOTHING


@register.filter
def zh_month_day(value: object) -> str:
    """8月12日, where the year is known."""
    day = _day(value)
    return f"{day.month}月{day.day}日" if day else NOTHING


@register.filter
def zh_weekday(value: object) -> str:
    """星期三."""
    day = _day(value)
    return "星期" + "一二三四五六日"[day.weekday()] if day else NOTHING


@register.filter
def money(value: object) -> str:
    """1,234,567.89 (元, two decimals) from Decimal or int; a float is a programming error (TypeError)."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, float):
        raise TypeError("amounts are Decimal or int")
    return f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


@register.filter
def wan(value: object) -> str:
    """元 as 万元 with two decimals: 1,462,400 → 146.24."""
    return NOTHING if value is None or value == "" else f"{to_wan(value):,}"


@register.filter
def percent(value: object) -> str:
    """A ratio as percent with one decimal, half up: 0.4615 → 46.2%. Nothing known: —."""
    ratio = _number(value)
    return NOTHING if ratio is None else f"{(ratio * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


@register.filter
def percent_of(value: object, whole: object) -> str:
    """48|percent_of:104 → 46.2%; nothing to divide by: —."""
    part, total = _number(value), _number(whole)
    return NOTHING if part is None or not total else percent(part / total)


@register.filter
def file_size(value: object) -> str:
    """412 KB, 1.2 MB (1 MB = 1024 KB, as the file manager shows it)."""
    size = _number(value)
    if size is None:
        return NOTHING
    if size < 1024 * 1024:
        return f"{max((size / 1024).quantize(Decimal(1), ROUND_HALF_UP), Decimal(1))} KB"
    return f"{(size / 1024 / 1024).quantize(Decimal('0.1'), ROUND_HALF_UP)} MB"


@register.filter
def inner_quotes(words: object) -> str:
    """Words of the plan or a title as they stand between “ ”: their own marks become ‘ ’."""
    return plaintext.inner_quotes(words)


@register.simple_tag
def mark_quote(sentence: str, words: str | list[str] | tuple[str, ...] = "") -> SafeString:
    """The whole sentence of the plan with the task's own words in <mark>; words that do not occur are simply not marked."""
    own = [words] if isinstance(words, str) else list(words)
    pattern = "|".join(re.escape(word) for word in sorted(filter(None, own), key=len, reverse=True))
    if not pattern:
        return format_html("{}", sentence)
    pieces = re.split(f"({pattern})", sentence)  # plain, own, plain, own, …, plain
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", piece) if place % 2 else piece,) for place, piece in enumerate(pieces))
    )


# --- lists ----------------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("parts/_kept.html", takes_context=True)
def kept_query(context: dict, *changed: str) -> dict:
    """The address's query as hidden fields of a form, without the parameters that its buttons set (`changed`)."""
    query = context["request"].GET
    return {"fields": [(name, value) for name, values in query.lists() if name not in changed for value in values[-1:]]}


@register.simple_tag
def page_numbers(page: Page) -> list[int | None]:
    """The page numbers of a pager, None where some are left out."""
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in elided]


@register.simple_tag
def as_of_presets(today: datetime.date | None = None) -> list[tuple[str, datetime.date]]:
    """Days people ask figures for: 上月末, 上季度末, 上年末, each only once."""
    now = _day(today) or clock.today()
    month_end = now.replace(day=1) - datetime.timedelta(days=1)
    quarter_end = datetime.date(now.year, (now.month - 1) // 3 * 3 + 1, 1) - datetime.timedelta(days=1)
    year_end = datetime.date(now.year - 1, 12, 31)
    found: dict[datetime.date, str] = {}
    for word, day in (("上月末", month_end), ("上季度末", quarter_end), ("上年末", year_end)):
        found.setdefault(day, word)
    return [(word, day) for day, word in found.items()]


# --- fields ---------------------------------------------------------------------------------------------------------------------

_CHECKS = {"checkbox", "radio"}


@register.simple_tag
def widget_attrs(widget: dict) -> SafeString:
    """The attributes of an <input>, <select> or <textarea> with the classes of our kit added to those of the form."""
    attrs = {name: value for name, value in widget["attrs"].items() if name != "data-unit"}
    kind = widget.get("type", "")
    base = "form-check-input" if kind in _CHECKS else "form-select" if "optgroups" in widget else "form-control"
    classes = [base, *str(attrs.pop("class", "")).split()]
    if attrs.get("aria-invalid") == "true" and base != "form-check-input":
        classes.append("is-bad")
    if kind == "hidden":
        return flatatt(attrs)
    return flatatt(
        {
            "class": " ".join(dict.fromkeys(classes)),
            **{k: str(v) if not isinstance(v, bool) else v for k, v in attrs.items() if v is not None},
        }
    )


@register.filter
def iso_value(value: object) -> str:
    """A date or time widget's value as the browser's own date field wants it: 2022/08/12 15:04 → 2022-08-12T15:04."""
    return str(value).strip().replace("/", "-").replace(" ", "T")


@register.inclusion_tag("parts/_field.html")
def form_field(field: BoundField, unit: str = "") -> dict:
    """One field with label, 必填, hint, unit, remaining characters and errors tied to it."""
    return {"field": field, "unit": unit}


@register.simple_tag
def field_shape(field: BoundField) -> str:
    """How _field.html sets a field: check (one tick), group (a set of answers), file, text (counted) or plain."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple) or widget.use_fieldset:
        return "group"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, FileInput | ClearableFileInput):
        return "file"
    return "text" if isinstance(widget, Textarea) and widget.attrs.get("maxlength") else "plain"


@register.simple_tag
def field_unit(field: BoundField, unit: str = "") -> str:
    """The unit inside a field at the right: given to the part, as `data-unit` of the widget, or nothing."""
    return unit or field.field.widget.attrs.get("data-unit", "")


@register.simple_tag
def form_reasons(form) -> list[tuple[str, str, str]]:
    """(id of the field or empty, its label, the sentence) for every error of a form, in the order of its fields."""
    reasons = [("", "", sentence) for sentence in form.non_field_errors()]
    for field in form.visible_fields():
        reasons.extend((field.id_for_label or field.auto_id, field.label or "", sentence) for sentence in field.errors)
    return reasons
