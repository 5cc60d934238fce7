"""Which level a permit has, why, and when hot work is treated as one level more."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from services.permits.domain.kinds import HEIGHT, HOT_WORK, LIFTING, NO_PERMIT, WorkFacts
from shared.clock import BUSINESS_ZONE
from shared.machines import NotAllowed, Source

DAY = timedelta(days=1)
NO_OTHER = "no_other_circumstances"  # the form's sentence that the list of circumstances is complete


@dataclass(frozen=True, slots=True)
class Level:
    """``because`` names rows of the table, ``unanswered`` the questions that were taken for the worse answer."""

    kind: str
    level: str
    clause: str
    because: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    is_waived: bool = False

    @property
    def is_permit_needed(self) -> bool:
        """Return whether the work needs a permit at all; a light lift needs only its risk analysis (B.2 note 3)."""
        return self.level != NO_PERMIT and not self.is_waived


@dataclass(frozen=True, slots=True)
class Reason:
    """A row that decides a level: a criterion, a factor of height, a forced grade or a trigger of the upgrade."""

    id: str
    zh: str
    en: str
    source: Source
    level: str = ""
    is_relief: bool = False
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """Masses above ``above`` tonnes (or from ``least`` on) have ``level``."""

    level: str
    above: Decimal | None
    least: Decimal | None

    def holds(self, mass: Decimal) -> bool:
        """Return whether ``mass`` lies in the band."""
        return (self.above is not None and mass > self.above) or (self.least is not None and mass >= self.least)


@dataclass(frozen=True)
class LiftRules:
    bands: tuple[Band, ...]
    clause: str
    waiver_below: Decimal
    waiver_clause: str


@dataclass(frozen=True)
class HeightRules:
    """``bands`` are upper ends in metres, each included; ``without_factor`` and ``with_factor`` have one level more."""

    least: Decimal
    below_clause: str
    clause: str
    bands: tuple[Decimal, ...]
    without_factor: tuple[str, ...]
    with_factor: tuple[str, ...]
    factors: tuple[Reason, ...]
    forced: tuple[Reason, ...]
    live_distances: tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True)
class UpgradeRules:
    kinds: frozenset[str]
    ladder: Mapping[str, str]
    top_needs: str
    night_from: int
    night_to: int
    wind_force: int
    triggers: Mapping[str, Reason]


@dataclass(frozen=True)
class LevelRules:
    criteria: tuple[Reason, ...]
    lifting: LiftRules
    height: HeightRules
    upgrade: UpgradeRules


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and in what weather the work is done; moments with a zone.

    A ``wind_force`` that nobody knows yet raises no level and allows nothing: it is asked for at the start, and strong
    wind lets only work begin whose form foresees it, which is raised for that (5.2.15).
    """

    starts_at: datetime
    ends_at: datetime
    wind_force: int | None = None
    is_special: bool = False


def computed_level(kind: str, facts: WorkFacts, *, rules: LevelRules) -> Level:
    """Return the level of a job with its reasons (5.1, 8.1, 9.1); kinds without levels have ``""``."""
    if kind == HOT_WORK:
        return _hot_work(facts, rules.criteria)
    if kind == HEIGHT:
        return _height(facts, rules.height)
    if kind == LIFTING:
        return _lifting(facts, rules.lifting)
    return Level(kind, "", "")


def upgraded(level: Level, triggers: Collection[str], *, rules: LevelRules) -> Level:
    """Return the level under upgraded management (5.1.1, 5.2.15); the highest stays and needs a leader on site."""
    upgrade = rules.upgrade
    if not triggers or level.kind not in upgrade.kinds or level.level not in upgrade.ladder:
        return level
    target = upgrade.ladder[level.level]
    clauses = (level.clause, *(upgrade.triggers[each].source.clause for each in triggers))
    return replace(
        level,
        level=target,
        clause="; ".join(dict.fromkeys(clauses)),
        because=(*level.because, *triggers),
        needs=(upgrade.top_needs,) if target == level.level else (),
    )


def triggers_of(
    found: Circumstances, facts: WorkFacts, *, rules: LevelRules, is_working_day: Callable[[date], bool]
) -> tuple[str, ...]:
    """Return what asks for the upgrade of hot work in this time and weather (5.1.1, 5.2.15).

    Night of a window longer than a day counts unless the form says that no work is done at night.
    """
    upgrade = rules.upgrade
    holds = {
        "rest_day": not all(is_working_day(day) for day in _days(found)),
        "night": _is_night(found, facts, upgrade),
        "outdoor_wind": _is_windy(found, facts, upgrade),
        "special": found.is_special,
    }
    return tuple(each for each, is_so in holds.items() if is_so)


def _is_windy(found: Circumstances, facts: WorkFacts, upgrade: UpgradeRules) -> bool:
    """Return whether hot work is done outdoors in a wind that forbids it, or is to go on should such a wind rise."""
    is_strong = found.wind_force is not None and found.wind_force >= upgrade.wind_force
    is_expected = is_strong or facts.is_yes("wind_exception")
    return is_expected and not facts.is_no("outdoor")


def live_distance(kilovolts: Decimal, *, rules: LevelRules) -> Decimal:
    """Return how far from a live conductor work at height must stay, in metres (8.1.2 f, table 1)."""
    return next(
        (metres for most, metres in rules.height.live_distances if kilovolts <= most),
        rules.height.live_distances[-1][1],
    )


def _hot_work(facts: WorkFacts, criteria: tuple[Reason, ...]) -> Level:
    row = next(each for each in criteria if _decides(each, facts))
    is_known = row.is_rest or facts.is_yes(row.id)
    return Level(HOT_WORK, row.level, row.source.clause, (row.id,), () if is_known else (row.id,))


def _decides(row: Reason, facts: WorkFacts) -> bool:
    return row.is_rest or facts.is_yes(row.id) or not (row.is_relief or facts.is_no(row.id))


def _lifting(facts: WorkFacts, rules: LiftRules) -> Level:
    if facts.mass_t is None:
        raise NotAllowed(
            "mass_missing", "The level of a lift follows from its mass: give it in tonnes.", field="mass_t"
        )
    mass = facts.mass_t
    level = next(band.level for band in rules.bands if band.holds(mass))
    if mass < rules.waiver_below:
        clause = f"{rules.clause}; {rules.waiver_clause}"
        return Level(LIFTING, level, clause, ("mass",), needs=("risk_analysis",), is_waived=True)
    return Level(LIFTING, level, rules.clause, ("mass",))


def _height(facts: WorkFacts, rules: HeightRules) -> Level:
    if facts.height_m is None:
        raise NotAllowed("height_missing", "The grade follows from the height: give it in metres.", field="height_m")
    height = facts.height_m
    if height < rules.least:
        return Level(HEIGHT, NO_PERMIT, rules.below_clause, ("height",))
    factors, forced = _holding(rules.factors, facts), _holding(rules.forced, facts)
    grades = rules.without_factor
    band = sum(height > upper for upper in rules.bands)
    computed = (rules.with_factor if factors else grades)[band]
    least = max((grades.index(each.level) for each in forced), default=0)
    raising = [each for each in forced if grades.index(each.level) == least > grades.index(computed)]
    return Level(
        HEIGHT,
        max(computed, grades[least], key=grades.index),
        "; ".join(dict.fromkeys((rules.clause, *(each.source.clause for each in raising)))),
        ("height", *(each.id for each in (*factors, *raising))),
        tuple(each.id for each in (*factors, *forced) if not facts.is_yes(each.id)),
    )


def _holding(rows: tuple[Reason, ...], facts: WorkFacts) -> tuple[Reason, ...]:
    """Return the rows that are answered yes, and those nobody answered unless the form says that no other holds."""
    is_whole = facts.is_yes(NO_OTHER)
    return tuple(each for each in rows if facts.is_yes(each.id) or not (is_whole or facts.is_no(each.id)))


def _days(found: Circumstances) -> list[date]:
    first = found.starts_at.astimezone(BUSINESS_ZONE).date()
    last = max(found.starts_at, found.ends_at - timedelta(microseconds=1)).astimezone(BUSINESS_ZONE).date()
    return [first + DAY * count for count in range((last - first).days + 1)]


def _is_night(found: Circumstances, facts: WorkFacts, rules: UpgradeRules) -> bool:
    if found.ends_at - found.starts_at > DAY:
        return not facts.is_no("night_work")
    end = max(found.ends_at, found.starts_at + timedelta(microseconds=1))
    days = _days(found)
    nights = (_night(day, rules) for day in (days[0] - DAY, *days))
    return any(found.starts_at < until and end > since for since, until in nights)


def _night(day: date, rules: UpgradeRules) -> tuple[datetime, datetime]:
    since = datetime.combine(day, time(rules.night_from), tzinfo=BUSINESS_ZONE)
    return since, datetime.combine(day + DAY, time(rules.night_to), tzinfo=BUSINESS_ZONE)
