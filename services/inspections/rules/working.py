"""Reads the tables of tasks, tiers, plans, draws and the assessment."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from services.inspections.domain.assessments import AssessmentRules, Band, Bonus, Indicator
from services.inspections.domain.campaigns import CampaignRules, ServiceItem, Side
from services.inspections.domain.checklist_choices import Choice
from services.inspections.domain.draws import DrawRules, Relation
from services.inspections.domain.plan_steps import PLAN_GUARDS
from services.inspections.domain.plans import Cause, LevelPlan, Must, PlanRules
from services.inspections.domain.schedules import FREQUENCIES, IndustryRule, Schedule
from services.inspections.domain.tasks import TASK_GUARDS, Call, Rung, TaskLimits, TaskRules
from services.inspections.rules.reading import authorities, table
from shared.machines import UnusableTable
from shared.machines.reading import read_machine

Row = Mapping[str, Any]


@cache
def task_rules() -> TaskRules:
    """Return the way of a task in this release; raises ``UnusableTable``."""
    content = table("tasks.toml")
    machine = read_machine(content, head="tasks", guards=TASK_GUARDS)
    return TaskRules(machine, TaskLimits(**content["limits"]), authorities())


@cache
def ladder() -> tuple[Rung, ...]:
    """Return what happens around the due moment of a task, in the order of time; raises ``UnusableTable``."""
    return read_ladder(table("tasks.toml"))


def read_ladder(content: Row) -> tuple[Rung, ...]:
    """Return the ladder of a table; raises ``UnusableTable`` when it does not climb."""
    rungs = tuple(
        Rung(row["id"], row["days"], row["act"], row["whom"], row.get("takes_begun", False)) for row in content["rung"]
    )
    if [rung.days for rung in rungs] != sorted({rung.days for rung in rungs}):
        raise UnusableTable("the rungs of the ladder are not in the order of their days")
    return rungs


@cache
def major_hazard_calls() -> tuple[Call, ...]:
    """Return who comes at once because of a major hazard; raises ``UnusableTable`` for a cause of no plan."""
    return read_calls(table("tasks.toml"))


def read_calls(content: Row) -> tuple[Call, ...]:
    """Return the calls of a table; raises ``UnusableTable`` for a cause that the annual plan does not know."""
    calls = tuple(Call(row["tier"], row["working_days"], row["cause"]) for row in content["major_hazard"])
    _check_causes(calls)
    return calls


def _check_causes(calls: Iterable[Call]) -> None:
    unknown = {one.cause for one in calls if one.cause} - set(plan_rules().causes)
    if unknown:
        raise UnusableTable(f"no cause is named {', '.join(sorted(unknown))}")


@cache
def missed_commitment_call() -> Call:
    """Return who comes because a daily commitment was missed."""
    row = table("tasks.toml")["missed_commitment"]
    return Call(row["tier"], row["working_days"])


@cache
def declared_work_tier() -> int:
    """Return the tier that looks at declared dangerous work."""
    return int(table("tasks.toml")["declared_work"]["tier"])


@cache
def suspended_work_call() -> tuple[Call, frozenset[str]]:
    """Return who comes because work under a permit was suspended, and for which causes."""
    row = table("tasks.toml")["suspended_work"]
    return Call(row["tier"], row["working_days"]), frozenset(row["causes"])


@cache
def schedule() -> Schedule:
    """Return how often each tier comes, by level and industry; raises ``UnusableTable``."""
    return read_schedule(table("tiers.toml"))


def read_schedule(content: Row) -> Schedule:
    """Return the schedule of a table; raises ``UnusableTable`` for an unknown frequency."""
    by_level = {
        (row["tier"], int(level)): frequency
        for row in content["frequency"]
        for level, frequency in row["levels"].items()
    }
    industries = tuple(
        IndustryRule(row["tier"], tuple(row["prefixes"]), row["at_least"], row["source"]) for row in content["industry"]
    )
    unknown = {*by_level.values(), *(one.at_least for one in industries)} - set(FREQUENCIES)
    if unknown:
        raise UnusableTable(f"no frequency is named {', '.join(sorted(unknown))}")
    return Schedule(by_level, industries)


@cache
def usual_checklists() -> Sequence[Choice]:
    """Return which list a task gets that names none, until the bureau decides otherwise."""
    return read_choices(table("tasks.toml")["choice"])


def read_choices(rows: Sequence[Row]) -> Sequence[Choice]:
    """Return the choices of a table or of a decision."""
    return [
        Choice(row["checklist"], tuple(row["prefixes"]), tuple(row.get("tiers", ())), tuple(row.get("features", ())))
        for row in rows
    ]


@cache
def escalations() -> Mapping[tuple[int, str], Call]:
    """Return who has to look at what a tier has met, by tier and cause; raises ``UnusableTable``."""
    return read_escalations(table("tiers.toml"))


def read_escalations(content: Row) -> Mapping[tuple[int, str], Call]:
    """Return the escalations of a table; raises ``UnusableTable`` for a cause that the annual plan does not know."""
    calls = {
        (row["tier"], row["cause"]): Call(
            row["to"], row["working_days"], row.get("counts_as", ""), row.get("basis", "")
        )
        for row in content["escalation"]
    }
    _check_causes(calls.values())
    return calls


@cache
def sampling_percent() -> int:
    """Return how many per cent of the reports of a half-year an upper tier looks at again."""
    return int(table("tiers.toml")["sampling"]["reports_percent"])


@cache
def plan_rules() -> PlanRules:
    """Return the rules of the annual plan."""
    content = table("plans.toml")
    head = content["plans"]
    return PlanRules(
        version=head["version"],
        officers_per_inspection=head["officers_per_inspection"],
        key_share_percent=head["key_share_percent"],
        reserve_percent=head["reserve_percent"],
        cap_basis=head["cap_basis"],
        legal_cap=head["legal_cap"],
        other_enforcement=tuple(head["other_enforcement"]),
        non_enforcement=tuple(head["non_enforcement"]),
        columns=tuple(head["columns"]),
        levels={row["level"]: _level_plan(row) for row in content["level"]},
        causes={row["id"]: Cause(**row) for row in content["cause"]},
        musts={row["id"]: _must(row) for row in content["must"]},
        words=content["export"],
        machine=read_machine(content, head="plans", guards=PLAN_GUARDS),
    )


@cache
def draw_rules() -> DrawRules:
    """Return who may be drawn, and with which weights."""
    content = table("draws.toml")
    row = content["draws"]
    same = ("version", "algorithm", "team", "rest_days", "most_candidates", "credit_weights", "unknown_credit_weight")
    return DrawRules(
        drawn_states=frozenset(row["drawn_states"]),
        level_weights={int(level): weight for level, weight in row["level_weights"].items()},
        relations={one["id"]: Relation(**one) for one in content["relation"]},
        **{name: row[name] for name in same},
    )


def assessment_formula() -> dict[str, Any]:
    """Return the table of the monthly assessment as it is; each edition of a month keeps the one it was made with."""
    return table("assessment.toml")


@cache
def campaign_rules() -> CampaignRules:
    """Return how the density of risk is weighed, who makes a team, and what a plan can hold."""
    content = table("campaigns.toml")
    row = content["campaigns"]
    return CampaignRules(
        level_weights={int(level): weight for level, weight in row["level_weights"].items()},
        sides=tuple(Side(one["id"], frozenset(one["roles"])) for one in content["side"]),
        items={one["id"]: ServiceItem(**one) for one in content["item"]},
        **{name: row[name] for name in ("version", "density_per", "most_enterprises", "least_members")},
    )


@cache
def assessment_rules() -> AssessmentRules:
    """Return the formula of the monthly assessment in this release."""
    return read_assessment(assessment_formula())


def read_assessment(content: Row) -> AssessmentRules:
    """Return the formula that a table, of this release or of a kept edition, describes."""
    head, days = content["assessment"], content["snapshot"]
    return AssessmentRules(
        version=head["version"],
        indicators=tuple(
            Indicator(**{**row, "origins": tuple(row.get("origins", ()))}) for row in content["indicator"]
        ),
        base=Fraction(head["base"]),
        rank_step=Fraction(head["rank_step_percent"], 100),
        major_counts=head["major_counts"],
        last_places=head["last_places"],
        last_places_minus=Fraction(head["last_places_minus"]),
        false_figures_minus=Fraction(head["false_figures_minus"]),
        talk_after=head["talk_after_last_places"],
        accidents=tuple((row["deaths_from"], Fraction(row["minus"])) for row in content["accident"]),
        bonuses=tuple(Bonus(row["id"], Fraction(row["plus"]), row["zh"], row["en"]) for row in content["bonus"]),
        bands=tuple(Band(row["at_least"], row["zh"], row["en"]) for row in content["band"]),
        days=(days["freeze_day"], days["objection_day"], days["publish_day"]),
        window_days=days["objection_window_days"],
    )


def _level_plan(row: Row) -> LevelPlan:
    share = tuple(row["share_percent"]) if "share_percent" in row else None
    return LevelPlan(row["level"], row["cap"], row["mode"], row.get("planned"), share)


def _must(row: Row) -> Must:
    lists = {name: tuple(row.get(name, ())) for name in ("levels", "prefixes")}
    return Must(
        row["id"], row["zh"], row["en"], within_months=row.get("within_months", 0), least=row.get("least", 1), **lists
    )
