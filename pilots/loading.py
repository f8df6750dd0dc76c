"""Applying a checked plan file to the database: what the file says is set, what people recorded is never touched.

Runs in one transaction and tells field by field what it changed; a second run changes nothing; a dry run takes everything back.
Rows that left the file are deleted only while nothing rests on them, else kept and named. Units, targets from a pilot's own approved
scheme (试点方案) and the brand of a pilot (一社一品) are people's entries and stay.

Instances by scope (方案 5 kinds): `Task.unit` is the unit that carries the duty out and hands in its proof:
pilot, per_pilot → the pilot's unit; per_community → the community; per_parent → the street or town; county → the leading group office,
also where the executor stands above the county (its `external` steps are only recorded by the office).
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.db import models, transaction
from django.utils.module_loading import autodiscover_modules
from simple_history.utils import bulk_create_with_history

from accounts import clock
from accounts.models import Unit, UnitKind, sample_mode
from accounts.pinyin import search_key
from pilots.models import (
    ActivityCategory,
    Basis,
    EvidenceType,
    Indicator,
    Metric,
    Obligation,
    Phase,
    Pilot,
    PilotType,
    Programme,
    RecurringDuty,
    RecurringPeriod,
    ReportRequirement,
    Scope,
    Task,
    TaskGroup,
    TaskRole,
)
from pilots.plan_rules import PlanFile, param_words, read_plan, rows
from pilots.plan_schema import PARENT_OF_PILOT, Record

PLANS = Path(__file__).parent / "plans"
DEFAULT_PLAN = PLANS / "penxi-2022.yaml"


@dataclass(frozen=True)
class Change:
    """One difference between file and database: `verb` is 新增, 修改 or 删除; a changed field carries its old and new value as text."""

    verb: str
    kind: str
    label: str
    field: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        if self.verb == "修改":
            return f"修改 {self.kind} {self.label}　{self.field}：{self.old or '（空）'} → {self.new or '（空）'}"
        return f"{self.verb} {self.kind} {self.label}"


@dataclass
class Outcome:
    """What a load did (or would do): the changes, and what was kept although the file no longer has it."""

    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


SECTIONS: list[Callable[["Loader"], None]] = []


def section(load: Callable[["Loader"], None]) -> Callable[["Loader"], None]:
    """Decorator for an app's `plan_sections.py`: a part of the plan file whose rows live in a room above this one."""
    SECTIONS.append(load)
    return load


def load_plan(path: Path = DEFAULT_PLAN, *, dry_run: bool = False) -> Outcome:
    """Read, check and apply a plan file. Raises PlanInvalid with all problems; then nothing was written."""
    file = read_plan(path)
    with transaction.atomic():
        outcome = Loader(file).run()
        if dry_run:
            transaction.set_rollback(True)
    return outcome


class Loader:
    """One load: what the file says, the rows made so far by code (`units`, `pilots`, `obligations` …), and `sync` for one table."""

    def __init__(self, file: PlanFile) -> None:
        self.file, self.plan = file, file.plan
        self.outcome = Outcome()
        # The sample year begins before the day its clock is pinned to: its plan is there from the day it was issued.
        self.since = clock.moment(self.plan["programme"]["plan_issued"]) if sample_mode() else clock.now()

    def run(self) -> Outcome:
        self.units = self._units()
        self.office = next(u for u in self.units.values() if u.kind == UnitKind.OFFICE)
        self.programme = self._programme()
        self.types = self._simple(PilotType, "pilot_types", ("name", "level"))
        self.phases = self._phases()
        self.pilots = self._pilots()
        self.evidence = self._simple(EvidenceType, "evidence_types", ("name", "category"), ordered=True)
        self._simple(ActivityCategory, "activity_categories", ("name", "min_photos", "about_minors"), ordered=True)
        self.metrics = self._simple(Metric, "metrics", ("name", "unit", "value_type", "params", "on_empty", "definition"))
        self.obligations = self._obligations()
        self._indicators()
        self._tasks()
        self._groups()
        self._recurring()
        self._reports()
        autodiscover_modules("plan_sections")
        for load in SECTIONS:
            load(self)
        return self.outcome

    # --- one table against the file -------------------------------------------------------------------------------------------

    def sync(self, existing: Iterable[models.Model], wanted: dict[object, dict], key, build, *, remove: bool = True) -> dict:
        """Make the rows of one table what `wanted` says, by key; returns them by key. `build(key, values)` makes a missing row."""
        found = {key(row): row for row in existing}
        model = None
        fresh: list[models.Model] = []
        for name, values in wanted.items():
            row = found.get(name)
            if row is None:
                row = build(name, values)
                fresh.append(row)
                found[name] = row
            else:
                self._update(row, values)
            model = type(row)
        if fresh:
            _create(model, fresh, self.since)
            self.outcome.changes += [Change("新增", model._meta.verbose_name, str(row)) for row in fresh]
        if remove:
            for name in [name for name in found if name not in wanted]:
                self._remove(found.pop(name))
        return {name: found[name] for name in wanted}

    def _update(self, row: models.Model, values: dict) -> None:
        changed = False
        for name, new in values.items():
            old = getattr(row, name)
            if old == new:
                continue
            changed = True
            setattr(row, name, new)
            if name in ("search", "plan_sha256"):
                continue
            label = row._meta.get_field(name).verbose_name
            self.outcome.changes.append(Change("修改", row._meta.verbose_name, str(row), str(label), _shown(old), _shown(new)))
        if changed:
            row.save()

    def _remove(self, row: models.Model) -> None:
        """Delete a row that left the file; where records rest on it, keep it and say so."""
        label = f"{row._meta.verbose_name} {row}"
        try:
            with transaction.atomic():
                row.delete()
        except models.ProtectedError:
            self.outcome.kept.append(f"{label} 已不在方案文件中，因有记录而保留")
        else:
            self.outcome.changes.append(Change("删除", row._meta.verbose_name, str(row)))

    def _links(self, row: models.Model, name: str, wanted: list) -> None:
        """Set a many-to-many of the plan, telling what changed (rows just made have none yet)."""
        manager = getattr(row, name)
        old = {other.pk: other for other in row._prefetched_objects_cache[name]} if hasattr(row, "_prefetched_objects_cache") else {}
        if set(old) == {other.pk for other in wanted}:
            return
        if old:
            label = row._meta.get_field(name).verbose_name
            before, after = ("、".join(str(o) for o in others) for others in (old.values(), wanted))
            self.outcome.changes.append(Change("修改", row._meta.verbose_name, str(row), str(label), before, after))
            manager.set(wanted)
        else:
            through = manager.through
            mine, theirs = manager.source_field_name, manager.target_field_name
            through.objects.bulk_create([through(**{f"{mine}_id": row.pk, f"{theirs}_id": other.pk}) for other in wanted])

    def _simple(self, model: type[models.Model], part: str, fields: tuple[str, ...], *, ordered: bool = False) -> dict:
        """A part whose rows are code and plain fields."""
        wanted = {}
        for order, row in enumerate(rows(self.plan, part), 1):
            wanted[row["code"]] = {name: row[name] for name in fields} | ({"order": order} if ordered else {})
        return self.sync(model.objects.all(), wanted, lambda r: r.code, lambda code, values: model(code=code, **values))

    # --- the parts ------------------------------------------------------------------------------------------------------------

    def _units(self) -> dict[str, Unit]:
        """Units of the file; units that people added (承接组织) are theirs. Parents are set in a second step: the file may list them later."""
        given = rows(self.plan, "units")
        wanted = {
            row["code"]: {
                "name": row["name"],
                "short_name": row["short_name"],
                "kind": row["kind"],
                "order": order,
                "note": row["note"],
                "search": search_key(f"{row['name']}"),
            }
            for order, row in enumerate(given, 1)
        }
        units = self.sync(Unit.objects.all(), wanted, lambda r: r.code, lambda code, values: Unit(code=code, **values), remove=False)
        for row in given:
            parent = units[row["parent"]] if row["parent"] else None
            unit = units[row["code"]]
            if unit.parent_id != (parent.pk if parent else None):
                unit.parent = parent
                unit.save()
        return units

    def _programme(self) -> Programme:
        source, given = self.plan["source"], self.plan["programme"]
        values = {name: given[name] for name in ("name", "short_name", "county", "city", "province", "batch", "plan_issued", "due")}
        values |= {
            "title": source["title"],
            "issuer": self.units[source["issued_by"]],
            "default_midterm": given["default_as_of"],
            "basis_documents": [dict(document) for document in source["basis_documents"]],
            "plan_text": self.file.text,
            "plan_sha256": self.file.sha256,
        }
        existing = Programme.objects.filter(code=given["code"]).select_related("issuer")
        made = self.sync(existing, {given["code"]: values}, lambda r: r.code, lambda code, v: Programme(code=code, **v), remove=False)
        return made[given["code"]]

    def _phases(self) -> dict[str, Phase]:
        wanted = {
            row["code"]: {name: row[name] for name in ("name", "clause", "quote", "start", "due", "due_basis")}
            | {"start_basis": row["start_basis"] or ""}
            for row in rows(self.plan, "phases")
        }
        return self.sync(
            self.programme.phases.all(), wanted, lambda r: r.code, lambda code, v: Phase(programme=self.programme, code=code, **v)
        )

    def _pilots(self) -> dict[str, Pilot]:
        """Pilots of the file. 品牌 is people's entry: the file gives it only to a pilot that is new or has none."""
        existing = list(self.programme.pilots.select_related("unit", "accountable", "type"))
        brands = {pilot.code: pilot.brand for pilot in existing}
        wanted = {}
        for row in rows(self.plan, "pilots"):
            wanted[row["code"]] = {name: row[name] for name in ("order", "clause", "name", "heading_quote")} | {
                "unit": self.units[row["unit"]],
                "accountable": self.units[row["accountable"]],
                "type": self.types[row["type"]],
                "brand": brands.get(row["code"]) or row["brand"] or "",
            }
        return self.sync(existing, wanted, lambda r: r.code, lambda code, v: Pilot(programme=self.programme, code=code, **v))

    def _obligations(self) -> dict[str, Obligation]:
        copied = (
            *("kind", "clause", "sentence", "scope", "title", "quote", "start", "due", "due_basis"),
            *("suggested_due", "external", "entry", "note"),
        )
        wanted = {}
        for order, row in enumerate(rows(self.plan, "tasks"), 1):
            wanted[row["id"]] = {name: row[name] for name in copied} | {
                "order": order,
                "pilot": self.pilots[row["pilot"]] if row["pilot"] else None,
                "phase": self.phases[row["phase"]] if row["phase"] else None,
                "cadence": row["cadence"] or "",
                "search": f"{search_key(row['title'])} {search_key(row['quote'])}",
            }
        existing = self.programme.obligations.select_related("pilot__unit", "phase").prefetch_related("evidence_types", "tasks")
        leaving = [row for row in existing if row.code not in wanted]
        for obligation in leaving:
            self._remove_obligation(obligation)
        made = self.sync(
            [row for row in existing if row.code in wanted],
            wanted,
            lambda r: r.code,
            lambda code, v: Obligation(programme=self.programme, code=code, **v),
        )
        for row in rows(self.plan, "tasks"):
            self._links(made[row["id"]], "evidence_types", [self.evidence[code] for code in row["evidence"]])
        return made

    def _remove_obligation(self, obligation: Obligation) -> None:
        """An obligation leaves with its instances, or stays whole as soon as one instance has records."""
        tasks = list(obligation.tasks.all())
        if any(_has_records(task) for task in tasks) or obligation.indicators.filter(source=Basis.SCHEME).exists():
            self.outcome.kept.append(f"方案任务 {obligation} 已不在方案文件中，因已有材料、活动或确认记录而保留")
            return
        for task in tasks:
            task.delete()
        obligation.groups.clear()
        for part in (obligation.indicators, obligation.recurring):
            for row in part.all():
                row.delete()
        self._remove(obligation)

    def _indicators(self) -> None:
        """Targets of the file by their place. Targets of source 试点方案 came from use and are never touched."""
        wanted = {}
        for task in rows(self.plan, "tasks"):
            for order, row in enumerate(task["indicators"], 1):
                wanted[(task["id"], order)] = {
                    "metric": self.metrics[row["metric"]],
                    "params": dict(row["params"] or {}),
                    "detail": param_words(self.plan, row),
                    "comparator": "==" if row["comparator"] == "=" else row["comparator"],
                    "target": Decimal(int(row["target"])) if isinstance(row["target"], bool) else row["target"],
                    "source": row["source"],
                }
        existing = Indicator.objects.filter(obligation__in=self.obligations.values()).exclude(source=Basis.SCHEME)
        self.sync(
            existing.select_related("obligation", "metric"),
            wanted,
            lambda r: (r.obligation.code, r.order),
            lambda key, v: Indicator(obligation=self.obligations[key[0]], order=key[1], **v),
        )

    # --- instances ------------------------------------------------------------------------------------------------------------

    def _instances(self, row: Record) -> list[tuple[Unit, Pilot | None]]:
        """The units that carry an obligation out, with the pilot each stands for."""
        scope = row["scope"]
        if scope == Scope.PILOT:
            pilot = self.pilots[row["pilot"]]
            return [(pilot.unit, pilot)]
        if scope == Scope.PER_PILOT:
            return [(pilot.unit, pilot) for pilot in self.pilots.values()]
        if scope == Scope.PER_COMMUNITY:
            return [(pilot.unit, pilot) for pilot in self.pilots.values() if pilot.unit.kind == UnitKind.COMMUNITY]
        if scope == Scope.PER_PARENT:
            towns = dict.fromkeys(pilot.accountable for pilot in self.pilots.values())
            return [(unit, None) for unit in towns]
        return [(self.office, None)]

    def _tasks(self) -> None:
        wanted, roles = {}, {}
        for row in rows(self.plan, "tasks"):
            for unit, pilot in self._instances(row):
                accountable = self.units.get(row["accountable"]) or (pilot.accountable if pilot else unit)
                wanted[(row["id"], unit.pk)] = {"pilot": pilot, "accountable": accountable}
                roles[(row["id"], unit.pk)] = self._roles(row, unit)
        units = {unit.pk: unit for unit in self.units.values()}
        existing = Task.objects.filter(obligation__programme=self.programme).select_related(
            "obligation", "unit", "pilot__unit", "accountable"
        )
        kept = [task for task in existing if task.obligation.code not in self.obligations]
        for task in existing:
            key = (task.obligation.code, task.unit_id)
            if key not in wanted and task not in kept and not self._leaves(task):
                kept.append(task)
        current = [task for task in existing if (task.obligation.code, task.unit_id) in wanted]
        tasks = self.sync(
            current,
            wanted,
            lambda t: (t.obligation.code, t.unit_id),
            lambda key, v: Task(obligation=self.obligations[key[0]], unit=units[key[1]], **v),
        )
        self._sync_roles(tasks, roles)

    def _leaves(self, task: Task) -> bool:
        """Delete an instance that left the file; False and a message when people recorded something on it."""
        label = f"{task}（{task.unit.short_name}）"
        if _has_records(task):
            self.outcome.kept.append(f"任务 {label} 已不在方案文件中，因已有材料、活动或确认记录而保留")
            return False
        task.delete()
        self.outcome.changes.append(Change("删除", "任务", label))
        return True

    def _roles(self, row: Record, unit: Unit) -> set[tuple[str, int]]:
        """主体责任 is a column; here 实施 (this instance's unit where the file names it), 配合, 建议配合, 督导."""
        named = [self.units[code] for code in row["executors"]]
        executors = [unit] if unit in named else named
        found = {(TaskRole.Kind.EXECUTOR, u.pk) for u in executors}
        found |= {(TaskRole.Kind.COLLABORATOR, self.units[code].pk) for code in row["collaborators"]}
        found |= {(TaskRole.Kind.SUGGESTED, self.units[code].pk) for code in row["suggested_collaborators"]}
        if row["supervisor"]:
            found.add((TaskRole.Kind.SUPERVISOR, self.units[row["supervisor"]].pk))
        return found

    def _sync_roles(self, tasks: dict, wanted: dict) -> None:
        existing = {}
        for role in TaskRole.objects.filter(task__in=[task.pk for task in tasks.values()]):
            existing[(role.task_id, role.kind, role.unit_id)] = role
        needed = {(tasks[key].pk, kind, unit): tasks[key] for key, pairs in wanted.items() for kind, unit in pairs}
        fresh_tasks = {task.pk for task in tasks.values()} - {task for task, _, _ in existing}
        names = {unit.pk: unit.short_name for unit in self.units.values()}
        for key in [key for key in existing if key not in needed]:
            role = existing[key]
            self.outcome.changes.append(Change("删除", "任务分工", f"{role.task} {role}"))
            role.delete()
        missing = sorted(key for key in needed if key not in existing)
        TaskRole.objects.bulk_create([TaskRole(task_id=task, kind=kind, unit_id=unit) for task, kind, unit in missing])
        for task, kind, unit in missing:
            if task not in fresh_tasks:
                label = f"{needed[(task, kind, unit)]} {TaskRole.Kind(kind).label} {names[unit]}"
                self.outcome.changes.append(Change("新增", "任务分工", label))

    # --- cards, cadences, reports ---------------------------------------------------------------------------------------------

    def _groups(self) -> None:
        wanted, clauses = {}, {}
        bound = [c for c in self.plan["rubric"]["criteria"] if c.get("bindings")]
        for order, criterion in enumerate(bound, 1):
            for code, binding in criterion["bindings"].items():
                pilot = self.pilots[code]
                wanted[(pilot.pk, order)] = {
                    "criterion": criterion["id"],
                    "name": binding["name"],
                    "weight": binding["weight"] if binding["weight"] is not None else criterion["weight"],
                }
                clauses[(pilot.pk, order)] = binding["clauses"]
        pilots = {pilot.pk: pilot for pilot in self.pilots.values()}
        existing = TaskGroup.objects.filter(pilot__in=pilots).prefetch_related("obligations")
        groups = self.sync(
            existing, wanted, lambda g: (g.pilot_id, g.order), lambda key, v: TaskGroup(pilot=pilots[key[0]], order=key[1], **v)
        )
        for key, codes in clauses.items():
            self._links(groups[key], "obligations", [self.obligations[code] for code in codes])

    def _recurring(self) -> None:
        wanted = {}
        for row in rows(self.plan, "recurring"):
            wanted[row["id"]] = {name: row[name] for name in ("name", "cadence", "quote", "scope", "same_as", "note")} | {
                "obligation": self.obligations[row["task"]],
                "responsible": None if row["responsible"] == PARENT_OF_PILOT else self.units[row["responsible"]],
                "product": self.evidence[row["product"]].name,
            }
        existing = RecurringDuty.objects.filter(obligation__programme=self.programme).select_related("obligation", "responsible")
        duties = self.sync(existing, wanted, lambda r: r.code, lambda code, v: RecurringDuty(code=code, **v))
        periods = {}
        for row in rows(self.plan, "recurring"):
            for period in row["periods"]:
                periods[(duties[row["id"]].pk, period["period"])] = {"label": period["label"], "due": period["due"]}
        by_pk = {duty.pk: duty for duty in duties.values()}
        self.sync(
            RecurringPeriod.objects.filter(duty__in=by_pk).select_related("duty"),
            periods,
            lambda r: (r.duty_id, r.period),
            lambda key, v: RecurringPeriod(duty=by_pk[key[0]], period=key[1], **v),
        )

    def _reports(self) -> None:
        wanted, clauses = {}, {}
        for order, row in enumerate(rows(self.plan, "report_types"), 1):
            wanted[row["code"]] = {name: row[name] for name in ("name", "scope", "frequency", "sections")} | {"order": order}
            clauses[row["code"]] = row["clauses"]
        made = self.sync(
            ReportRequirement.objects.prefetch_related("obligations"),
            wanted,
            lambda r: r.code,
            lambda code, v: ReportRequirement(code=code, **v),
        )
        for code, codes in clauses.items():
            self._links(made[code], "obligations", [self.obligations[one] for one in codes])


def _create(model: type[models.Model], fresh: list[models.Model], since: datetime.datetime) -> None:
    """Insert in one go, with history where the model keeps it."""
    if hasattr(model, "history"):
        bulk_create_with_history(fresh, model, default_date=since)
    else:
        model.objects.bulk_create(fresh)


def _has_records(task: Task) -> bool:
    """Whether anything people recorded rests on the instance; what the plan itself hangs on it (roles) does not count."""
    for relation in Task._meta.related_objects:
        if relation.related_model is TaskRole or "history" in relation.related_model.__name__.lower():
            continue
        if relation.related_model._base_manager.filter(**{relation.field.name: task}).exists():
            return True
    return False


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:60]}……"
