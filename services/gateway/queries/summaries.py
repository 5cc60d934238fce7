"""The figures beside the map: all of them from counters, each the sum of rows that a list can open."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from services.gateway.domain.counting import AREA_DIGITS, Place
from services.gateway.domain.divisions import Division, Divisions
from services.gateway.domain.tally import Tally
from services.gateway.queries.counters import Counter, figures
from services.gateway.queries.questions import Question
from shared.security.principal import Principal


def summary(session: Session, principal: Principal, *, question: Question, divisions: Divisions) -> dict[str, Any]:
    """Return the figures of the map; placed, unplaced and other_county add up to enterprises."""
    counters = figures(session, principal, question=question)
    total = tallied(counters)
    return {
        **mix_of(total),
        "provisional": total.provisional,
        "placed": _at(counters, Place.POINT, Place.SUBDISTRICT).enterprises,
        "unplaced": _at(counters, Place.UNPLACED).enterprises,
        "other_county": _at(counters, Place.OTHER_COUNTY).enterprises,
        "subdistricts": by_subdistrict(counters, divisions),
        "sections": by_section(counters),
    }


def by_subdistrict(counters: Iterable[Counter], divisions: Divisions) -> list[dict[str, Any]]:
    """Return each subdistrict with its mix; ``unlocated`` are those known only by subdistrict."""
    groups: dict[str, list[Counter]] = {code: [] for code in divisions if len(code) == AREA_DIGITS}
    for counter in counters:
        if len(counter.area) == AREA_DIGITS and counter.cell != Place.OTHER_COUNTY:
            groups.setdefault(counter.area, []).append(counter)
    return [_subdistrict(code, group, divisions.get(code)) for code, group in sorted(groups.items())]


def by_section(counters: Iterable[Counter]) -> list[dict[str, Any]]:
    """Return how many enterprises each industry section has; "" is those without one."""
    totals: dict[str, int] = defaultdict(int)
    for counter in counters:
        totals[counter.section] += counter.enterprises
    return [{"section": section, "enterprises": count} for section, count in sorted(totals.items())]


def tallied(counters: Iterable[Counter]) -> Tally:
    """Return the sum of ``counters``."""
    tally = Tally()
    for counter in counters:
        tally.add(counter.sums)
    return tally


def mix_of(tally: Tally) -> dict[str, Any]:
    """Return the mix of colours that a ring on the map shows."""
    return {
        "enterprises": tally.enterprises,
        "by_level": tally.by_level(),
        "provisional_by_level": tally.provisional_by_level(),
    }


def _at(counters: Iterable[Counter], *kinds: Place) -> Tally:
    return tallied(counter for counter in counters if counter.cell in kinds)


def _subdistrict(code: str, counters: list[Counter], division: Division | None) -> dict[str, Any]:
    return {
        "division": code,
        "name": division.name if division else code,
        "longitude": division.longitude if division else None,
        "latitude": division.latitude if division else None,
        **mix_of(tallied(counters)),
        "unlocated": mix_of(_at(counters, Place.SUBDISTRICT)),
    }
