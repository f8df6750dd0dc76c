"""The shape of a plan file: which parts it has, which fields, of which kind. Every problem is named with file and line, and all of them at once.

Only YAML nodes are read, never constructed, so that each value keeps its line. What must agree between the parts stands in plan_rules.py.
"""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pilots.models import Basis, Entry, Indicator, Metric, ObligationKind, Scope

SIZE_LIMIT = 4 * 1024 * 1024
PARENT_OF_PILOT = "parent_of_pilot"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the file; line 0 speaks of the file as a whole."""

    line: int
    text: str


class PlanInvalid(Exception):
    """The plan file cannot be loaded. `problems` names everything that is wrong, in the order of the file."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = sorted(set(problems))
        super().__init__(f"{file} 有 {len(self.problems)} 处要改：\n" + "\n".join(self.lines()))

    def lines(self) -> list[str]:
        return [f"{self.file} 第{p.line}行：{p.text}" if p.line else f"{self.file}：{p.text}" for p in self.problems]


class Record(dict):
    """A mapping of the file; a field that is missing or malformed is absent, `line_of` says where a field stands."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, name: str) -> int:
        return self.lines.get(name, self.line)


@dataclass
class Reading:
    """The problems found so far while a file is read."""

    problems: list[Problem] = field(default_factory=list)

    def wrong(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, text))


class _Bad:
    """What a checker gives when it has already reported a problem."""


BAD = _Bad()
Check = Callable[[Node, str, Reading], object]


@dataclass(frozen=True)
class Field:
    """A field of a record: its checker, and whether it may be left out (then it has `default`)."""

    check: Check
    required: bool = True
    default: object = None


def line_of(node: Node) -> int:
    return node.start_mark.line + 1


def _kind(node: Node) -> str:
    """str, int, float, bool, null, timestamp, map or seq."""
    return str(node.tag).rpartition(":")[2]


# --- checkers -----------------------------------------------------------------------------------------------------------------


def text(limit: int, *, empty: bool = False) -> Check:
    """A text of 1 to `limit` characters, or also none where `empty`."""

    def check(node: Node, name: str, reading: Reading) -> object:
        if not isinstance(node, ScalarNode) or _kind(node) != "str":
            reading.wrong(line_of(node), f"{name} 应为文字")
            return BAD
        if not node.value.strip() and not empty:
            reading.wrong(line_of(node), f"{name} 不能为空")
            return BAD
        if len(node.value) > limit:
            reading.wrong(line_of(node), f"{name} 最多 {limit} 个字，现有 {len(node.value)} 个字")
            return BAD
        return node.value

    return check


def code(node: Node, name: str, reading: Reading) -> object:
    """Letters, digits, `.`, `-` and `_`, at most 50."""
    found = text(50)(node, name, reading)
    if found is not BAD and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", found):
        reading.wrong(line_of(node), f"{name} 只能用英文字母、数字、点、连字符和下划线，现在是“{found}”")
        return BAD
    return found


def number(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""

    def check(node: Node, name: str, reading: Reading) -> object:
        if not isinstance(node, ScalarNode) or _kind(node) != "int" or not re.fullmatch(r"[+-]?\d{1,9}", node.value):
            reading.wrong(line_of(node), f"{name} 应为整数")
            return BAD
        value = int(node.value)
        if not low <= value <= high:
            reading.wrong(line_of(node), f"{name} 应在 {low} 到 {high} 之间，现在是 {value}")
            return BAD
        return value

    return check


def amount(node: Node, name: str, reading: Reading) -> object:
    """A target: a number, or true/false (kept as bool)."""
    if isinstance(node, ScalarNode) and _kind(node) == "bool":
        return node.value.lower() == "true"
    if isinstance(node, ScalarNode) and _kind(node) in ("int", "float") and re.fullmatch(r"-?\d{1,12}(\.\d{1,2})?", node.value):
        return Decimal(node.value)
    reading.wrong(line_of(node), f"{name} 应为数字（最多两位小数）或 true、false")
    return BAD


def truth(node: Node, name: str, reading: Reading) -> object:
    if isinstance(node, ScalarNode) and _kind(node) == "bool":
        return node.value.lower() == "true"
    reading.wrong(line_of(node), f"{name} 应为 true 或 false")
    return BAD


def day(node: Node, name: str, reading: Reading) -> object:
    """A calendar day written 2022-08-12."""
    value = node.value if isinstance(node, ScalarNode) else ""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError
        return datetime.date.fromisoformat(value)
    except ValueError:
        reading.wrong(line_of(node), f"{name} 应为日期（如 2022-08-12），现在是“{value}”" if value else f"{name} 应为日期（如 2022-08-12）")
        return BAD


def one_of(*choices: str) -> Check:
    def check(node: Node, name: str, reading: Reading) -> object:
        value = node.value if isinstance(node, ScalarNode) else ""
        if value not in choices:
            reading.wrong(line_of(node), f"{name} 只能是 {'、'.join(choices)}，现在是“{value}”")
            return BAD
        return value

    return check


def maybe(inner: Check) -> Check:
    """`null` or what `inner` takes."""

    def check(node: Node, name: str, reading: Reading) -> object:
        return None if isinstance(node, ScalarNode) and _kind(node) == "null" else inner(node, name, reading)

    return check


def list_of(inner: Check, *, at_least: int = 0) -> Check:
    def check(node: Node, name: str, reading: Reading) -> object:
        if not isinstance(node, SequenceNode):
            reading.wrong(line_of(node), f"{name} 应为列表")
            return BAD
        if len(node.value) < at_least:
            reading.wrong(line_of(node), f"{name} 至少要有 {at_least} 项")
            return BAD
        return [value for value in (inner(item, name, reading) for item in node.value) if value is not BAD]

    return check


def record(fields: dict[str, Field]) -> Check:
    """A mapping with exactly these fields; an unknown, repeated or missing one is a problem."""

    def check(node: Node, name: str, reading: Reading) -> object:
        if not isinstance(node, MappingNode):
            reading.wrong(line_of(node), f"{name} 应为“名称: 值”的形式")
            return BAD
        found = Record(line_of(node))
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else ""
            if key not in fields:
                reading.wrong(line_of(key_node), f"{name} 中没有“{key}”这一项，可用的有：{'、'.join(fields)}")
            elif key in found.lines:
                reading.wrong(line_of(key_node), f"{name} 中“{key}”写了两次")
            else:
                found.lines[key] = line_of(value_node)
                value = fields[key].check(value_node, f"{name}.{key}", reading)
                if value is not BAD:
                    found[key] = value
        for key, wanted in fields.items():
            if key in found.lines:
                continue
            if wanted.required:
                reading.wrong(found.line, f"{name} 缺少“{key}”")
            else:
                found[key] = wanted.default
        return found

    return check


def keyed(inner: Check) -> Check:
    """A mapping whose keys are codes chosen by the file (P1, P2 …)."""

    def check(node: Node, name: str, reading: Reading) -> object:
        if not isinstance(node, MappingNode):
            reading.wrong(line_of(node), f"{name} 应为“名称: 值”的形式")
            return BAD
        found = Record(line_of(node))
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found.lines:
                reading.wrong(line_of(key_node), f"{name} 中“{key}”写了两次")
                continue
            found.lines[key] = line_of(key_node)
            value = inner(value_node, f"{name}.{key}", reading)
            if value is not BAD:
                found[key] = value
        return found

    return check


def params(node: Node, name: str, reading: Reading) -> object:
    """Parameters of a metric: names with one code or a list of codes."""
    return keyed(lambda n, label, r: list_of(code, at_least=1)(n, label, r) if isinstance(n, SequenceNode) else code(n, label, r))(
        node, name, reading
    )


def anything(node: Node, name: str, reading: Reading) -> object:
    """A part that this portal does not store (kept in the file for other rooms)."""
    return None


# --- the parts ----------------------------------------------------------------------------------------------------------------


def _optional(check: Check, default: object = None) -> Field:
    return Field(check, required=False, default=default)


_named = {"code": Field(code), "name": Field(text(60))}
BASES = tuple(basis.value for basis in Basis)
FILE_BASES = tuple(basis for basis in BASES if basis != Basis.SCHEME)
COMPARATORS = (*(c.value for c in Indicator.Comparator), "=")

SOURCE = record(
    {
        "text_file": Field(text(100)),
        "title": Field(text(120)),
        "issued_by": Field(code),
        "issued_on": Field(day),
        "document_number": Field(maybe(text(60))),
        "addressed_to": Field(list_of(code)),
        "approval": Field(text(100)),
        "basis_documents": Field(list_of(record({"number": Field(text(60)), "title": Field(text(200))}))),
    }
)
PROGRAMME = record(
    {
        "code": Field(code),
        "name": Field(text(100)),
        "short_name": Field(text(60)),
        "county": Field(text(40)),
        "city": Field(text(40)),
        "province": Field(text(40)),
        "batch": _optional(text(60), ""),
        "duration_quote": _optional(text(200)),
        "start": _optional(maybe(day)),
        "plan_issued": Field(day),
        "due": Field(day),
        "due_basis": Field(one_of(*FILE_BASES)),
        "due_note": _optional(text(300)),
        "default_as_of": Field(day),
        "principles_quote": _optional(text(200)),
        "governance_frame_quote": _optional(text(200)),
        "coordination_quote": _optional(text(200)),
    }
)
UNIT_KINDS = [
    "leading_group",
    "leading_group_office",
    "county_office",
    "county_department",
    "county_department_group",
    "subdistrict",
    "town",
    "community",
    "contractor",
    "city_department",
    "province_department",
    "third_party",
]
UNIT = record(
    {
        "code": Field(code),
        "name": Field(text(100)),
        "short_name": Field(text(40)),
        "kind": Field(one_of(*UNIT_KINDS)),
        "parent": Field(maybe(code)),
        "in_plan": _optional(one_of("yes", "no", "implied")),
        "note": _optional(text(300), ""),
    }
)
PILOT_TYPE = record({**_named, "level": Field(text(10))})
PILOT = record(
    {
        "code": Field(code),
        "order": Field(number(1, 9999)),
        "clause": Field(text(20)),
        "name": Field(text(60)),
        "unit": Field(code),
        "accountable": Field(code),
        "type": Field(code),
        "level": Field(text(10)),
        "heading_quote": Field(text(120)),
        "brand": _optional(maybe(text(60))),
    }
)
PHASE = record(
    {
        "code": Field(code),
        "name": Field(text(40)),
        "clause": Field(text(20)),
        "quote": Field(text(100)),
        "start": Field(maybe(day)),
        "due": Field(day),
        "start_basis": Field(maybe(one_of(*FILE_BASES))),
        "due_basis": Field(one_of(*FILE_BASES)),
    }
)
EVIDENCE_TYPE = record({**_named, "category": Field(text(20))})
ACTIVITY_CATEGORY = record(
    {
        "code": Field(code),
        "name": Field(text(40)),
        "min_photos": _optional(number(0, 20), 2),
        "about_minors": _optional(truth, False),
    }
)
METRIC = record(
    {
        **_named,
        "unit": Field(text(10, empty=True)),
        "value_type": Field(one_of(*(v.value for v in Metric.ValueType))),
        "params": _optional(text(100), ""),
        "on_empty": _optional(one_of(*(value for value, _ in Metric.ON_EMPTY)), ""),
        "definition": Field(text(300)),
    }
)
INDICATOR = record(
    {
        "metric": Field(code),
        "params": _optional(params),
        "comparator": Field(one_of(*COMPARATORS)),
        "target": Field(amount),
        "source": Field(one_of("plan", "derived", "proposed")),
    }
)
TASK = record(
    {
        "id": Field(code),
        "kind": Field(one_of(*ObligationKind.values)),
        "clause": Field(text(20)),
        "sentence": Field(text(24)),
        "pilot": Field(maybe(code)),
        "scope": Field(one_of(*Scope.values)),
        "phase": Field(maybe(code)),
        "title": Field(text(60)),
        "quote": Field(text(2000)),
        "accountable": Field(code),
        "executors": Field(list_of(code, at_least=1)),
        "collaborators": Field(list_of(code)),
        "suggested_collaborators": _optional(list_of(code), ()),
        "supervisor": Field(maybe(code)),
        "start": Field(maybe(day)),
        "due": Field(day),
        "due_basis": Field(one_of(*FILE_BASES)),
        "suggested_due": _optional(day),
        "cadence": Field(maybe(text(20))),
        "external": _optional(truth, False),
        "evidence": Field(list_of(code, at_least=1)),
        "indicators": Field(list_of(INDICATOR, at_least=1)),
        "entry": Field(one_of(*Entry.values)),
        "note": _optional(text(300), ""),
    }
)
RECURRING = record(
    {
        "id": Field(code),
        "task": Field(code),
        "name": Field(text(60)),
        "cadence": Field(text(20)),
        "quote": Field(text(120)),
        "scope": Field(one_of("per_pilot", "county", "county_and_pilot")),
        "responsible": Field(code),
        "product": Field(code),
        "same_as": _optional(code, ""),
        "aspects": _optional(list_of(code)),
        "periods": Field(list_of(record({"period": Field(text(10)), "label": Field(text(40)), "due": Field(day)}))),
        "due_basis": Field(one_of(*FILE_BASES)),
        "alternative": _optional(text(300)),
        "note": _optional(text(300), ""),
    }
)
REPORT_TYPE = record(
    {
        **_named,
        "clauses": Field(list_of(code, at_least=1)),
        "scope": Field(text(20)),
        "frequency": Field(text(20)),
        "sections": Field(list_of(text(60), at_least=1)),
    }
)
CHECKLIST_ITEM = record(
    {
        "code": Field(code),
        "aspect": Field(code),
        "item": Field(text(120)),
        "clauses": Field(list_of(code, at_least=1)),
        "metric": _optional(code),
    }
)
BINDING = record({"name": Field(text(60)), "clauses": Field(list_of(code, at_least=1)), "weight": _optional(number(1, 100))})
CRITERION = record(
    {
        "id": Field(code),
        "dimension": _optional(code),
        "name": Field(text(60)),
        "weight": _optional(number(0, 100)),
        "clauses": _optional(list_of(code, at_least=1)),
        "metric": Field(code),
        "params": _optional(params),
        "method": Field(code),
        "full_at": _optional(amount),
        "per_unit_deduction": _optional(amount),
        "note": _optional(text(300)),
        "bindings": _optional(keyed(BINDING)),
    }
)
RUBRIC = record(
    {
        "code": Field(code),
        "name": Field(text(60)),
        "total": Field(number(1, 1000)),
        "decimals": Field(number(0, 4)),
        "status": Field(text(20)),
        "dimensions": Field(list_of(record({**_named, "weight": Field(number(0, 100))}))),
        "grades": Field(anything),
        "pass_score": Field(number(0, 1000)),
        "methods": Field(keyed(text(200))),
        "criteria": Field(list_of(CRITERION, at_least=1)),
        "not_scored": _optional(anything),
        "veto": _optional(anything),
        "county_self_check": _optional(list_of(CRITERION)),
        "note": _optional(text(500)),
    }
)
PLAN = record(
    {
        "schema_version": Field(number(1, 1)),
        "source": Field(SOURCE),
        "programme": Field(PROGRAMME),
        "units": Field(list_of(UNIT, at_least=1)),
        "pilot_types": Field(list_of(PILOT_TYPE, at_least=1)),
        "pilots": Field(list_of(PILOT, at_least=1)),
        "phases": Field(list_of(PHASE, at_least=1)),
        "evidence_types": Field(list_of(EVIDENCE_TYPE, at_least=1)),
        "activity_categories": Field(list_of(ACTIVITY_CATEGORY, at_least=1)),
        "vocabularies": Field(keyed(list_of(record(_named), at_least=1))),
        "metrics": Field(list_of(METRIC, at_least=1)),
        "tasks": Field(list_of(TASK, at_least=1)),
        "recurring": Field(list_of(RECURRING)),
        "supervision_checklist": Field(list_of(CHECKLIST_ITEM)),
        "report_types": Field(list_of(REPORT_TYPE)),
        "rubric": Field(RUBRIC),
    }
)


# --- reading ------------------------------------------------------------------------------------------------------------------


def read_shape(path: Path) -> tuple[Record, Reading]:
    """The file as records, with the problems of its shape. Raises PlanInvalid where it cannot be read at all."""
    root = _compose(path)
    reading = Reading()
    plan = PLAN(root, "方案文件", reading)
    if not isinstance(plan, Record):
        raise PlanInvalid(path.name, reading.problems)
    return plan, reading


def _compose(path: Path) -> Node:
    try:
        raw = path.read_bytes()
    except OSError:
        raise PlanInvalid(str(path), [Problem(0, "文件不存在或不能读取")])
    if len(raw) > SIZE_LIMIT:
        raise PlanInvalid(path.name, [Problem(0, "文件超过 4 MB")])
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PlanInvalid(path.name, [Problem(line, "不是 UTF-8 编码，请另存为 UTF-8")])
    try:
        root = YAML(typ="safe", pure=True).compose(content)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PlanInvalid(path.name, [Problem(mark.line + 1 if mark else 0, "YAML 格式有错，请检查缩进、冒号、引号和括号")])
    except YAMLError as error:
        at = getattr(error, "position", None)
        line = content[:at].count("\n") + 1 if isinstance(at, int) else 0
        raise PlanInvalid(path.name, [Problem(line, "有 YAML 不允许的字符")])
    if root is None:
        raise PlanInvalid(path.name, [Problem(0, "文件是空的")])
    return root
