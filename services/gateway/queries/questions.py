"""What a map, a list or a figure is asked for, and the conditions that follow from it."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, literal, or_, true

from services.gateway.domain.counting import AREA_DIGITS, Place
from services.gateway.domain.flags import BITS
from services.gateway.tables import enterprise_view, map_counter
from shared.security.principal import Principal
from shared.security.scope import COUNTY_DIGITS, in_scope

NO_SECTION = "none"
PLACEMENTS = {
    "placed": (Place.POINT, Place.SUBDISTRICT),
    "unplaced": (Place.UNPLACED,),
    "other_county": (Place.OTHER_COUNTY,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Filters that hold together; an empty one does not filter. ``levels`` are stored ones (5 is grey)."""

    levels: tuple[int, ...] = ()
    divisions: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    flag: str = ""
    is_provisional: bool | None = None
    placements: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[int, ...]:
        """The kinds of place that the placements stand for."""
        return tuple(int(kind) for placement in self.placements for kind in PLACEMENTS[placement])


def is_by_area(principal: Principal) -> bool:
    """Return whether the scope is made of whole subdistricts, so that counters can answer.

    Others (a grid, an enterprise, the clients of an intermediary) see few rows, which are counted one by one.
    """
    digits = [len(division) for division in principal.divisions]
    if any(0 < count <= COUNTY_DIGITS for count in digits):
        return True
    is_more = bool(principal.grids or principal.enterprise_id or principal.intermediary_id)
    return bool(digits) and max(digits) <= AREA_DIGITS and not is_more


def areas_in_scope(principal: Principal) -> ColumnElement[bool]:
    """Return the condition on counters under which they lie in the principal's scope."""
    by_area = replace(principal, grids=(), enterprise_id="", intermediary_id="")
    return in_scope(by_area, division=map_counter.c.area, grid=literal(""), enterprise_id=literal(""))


def rows_in_scope(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which rows of ``enterprise_view`` are on the map and in scope."""
    view = enterprise_view.c
    scope = in_scope(principal, division=view.division, grid=view.grid, enterprise_id=view.id)
    return and_(view.status == "active", scope)


def rows_asked_for(question: Question) -> ColumnElement[bool]:
    """Return the condition on ``enterprise_view`` that ``question`` states."""
    view = enterprise_view.c
    conditions: list[ColumnElement[bool]] = [true()]
    if question.levels:
        conditions.append(view.level.in_(question.levels))
    if question.divisions:
        conditions.append(or_(*(is_within(view.division, code) for code in question.divisions)))
    if question.sections:
        conditions.append(view.section.in_(question.sections))
    if question.flag:
        conditions.append(view.flags.bitwise_and(BITS[question.flag]) != 0)
    if question.is_provisional is not None:
        conditions.append(view.is_provisional.is_(question.is_provisional))
    if question.placements:
        conditions.append(view.kind.in_(question.kinds))
    return and_(*conditions)


def is_within(division: ColumnElement[str], code: str) -> ColumnElement[bool]:
    """Return the condition that ``division`` begins with the digits ``code``, as a range for the index."""
    return and_(division >= code, division < str(int(code) + 1).zfill(len(code)))
