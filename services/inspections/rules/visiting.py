"""Reads the tables of visits, of their reviews, and of complaints about them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from services.inspections.domain.complaints import COMPLAINT_GUARDS, ComplaintRules, Subject
from services.inspections.domain.reviews import Ground, RatingRules, ReviewRules
from services.inspections.domain.visits import VISIT_GUARDS, Anomaly, VisitLimits, VisitRules
from services.inspections.rules.reading import authorities, table
from services.inspections.rules.working import sampling_percent
from shared.machines import UnusableTable
from shared.machines.reading import due_of, read_machine


@cache
def visit_rules() -> VisitRules:
    """Return the way of a visit in this release, read once; raises ``UnusableTable``."""
    return read_visits(table("visits.toml"))


def read_visits(content: Mapping[str, Any]) -> VisitRules:
    """Return the rules of a table; raises ``UnusableTable`` when the clock would find nothing to note."""
    machine = read_machine(content, head="visits", guards=VISIT_GUARDS)
    anomalies = {
        row["id"]: Anomaly(row["id"], row["zh"], row["en"], row["unreal"], row.get("lapse_of", ""))
        for row in content["anomaly"]
    }
    noted = sorted(one.lapse_of for one in anomalies.values() if one.lapse_of)
    lapsing = sorted(state for state, event in machine.transitions if event == "lapse")
    if noted != lapsing:
        raise UnusableTable(f"the clock notes {', '.join(noted)}, and lapse {', '.join(lapsing)}")
    return VisitRules(machine, VisitLimits(**content["limits"]), anomalies, authorities())


@cache
def review_rules() -> ReviewRules:
    """Return how reports are looked at again in this release; raises ``UnusableTable``."""
    content = table("reviews.toml")
    head = content["reviews"]
    grounds = {row["id"]: Ground(row["id"], row["zh"], row["en"], row["is_false"]) for row in content["ground"]}
    due, percent = due_of(head["due"]), sampling_percent()
    return ReviewRules(head["version"], head["algorithm"], percent, due, grounds)


@cache
def rating_rules() -> RatingRules:
    """Return what takes points from an intermediary, and which grade they give."""
    row = table("reviews.toml")["rating"]
    return RatingRules(row["start"], row["missed_days"], row["minus"], row["grades"])


@cache
def complaint_rules() -> ComplaintRules:
    """Return the way of a complaint in this release; raises ``UnusableTable``."""
    content = table("complaints.toml")
    machine = read_machine(content, head="complaints", guards=COMPLAINT_GUARDS)
    subjects = {row["id"]: Subject(row["id"], row["zh"], row["en"]) for row in content["subject"]}
    return ComplaintRules(machine, due_of(content["limits"]["answer"]), subjects, authorities())
