"""Campaigns: a mixed team, a plan for each enterprise, items ticked off one by one; what is found becomes a hazard.

None of it is an inspection: no task of government supervision is made, so that the yearly cap counts nothing of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from services.inspections.domain.campaigns import (
    CANCELLED,
    CLOSED,
    FINDING,
    OPEN,
    Density,
    check_items,
    check_number,
    check_open,
    check_team,
    check_tick,
    side_of,
)
from services.inspections.rules import campaign_rules
from services.inspections.tables import campaign, campaign_member, campaign_plan, campaign_tick, staff
from services.inspections.use_cases.hazards import Finding, find_hazard
from shared.clock import business_date
from shared.database.bulk import insert_rows
from shared.errors import Conflict
from shared.ids import new_id
from shared.machines import NotAllowed, require


class TickedAlready(Conflict):
    code = "ticked_already"


@dataclass(frozen=True)
class NewCampaign:
    """Where to go and with whom; ``groups`` are keys of ``grouping``, ``items`` what is done for each enterprise."""

    title: str
    grouping: str
    groups: Sequence[str]
    levels: Sequence[int]
    items: Sequence[str]
    members: Sequence[str]
    leader: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Tick:
    """What came of one item at an enterprise; a finding is ``given`` with ``description``, ``place`` and photos."""

    enterprise_id: str
    item: str
    outcome: str
    given: Mapping[str, Any] = field(default_factory=dict)


def start_campaign(
    session: Session,
    wanted: NewCampaign,
    *,
    chosen: Sequence[tuple[str, int]],
    dense: Sequence[Density],
    by: str,
    now: datetime,
) -> str:
    """Make a campaign with a plan for each (enterprise, level) that was ``chosen`` and return its id.

    Raises ``NotAllowed`` for days in the past, a team that is not mixed, unknown items, nobody or too many.
    """
    rules = campaign_rules()
    is_ahead = business_date(now) <= wanted.last_day and wanted.first_day <= wanted.last_day
    require(is_ahead, NotAllowed("days_out_of_order", "It ends today or later, after it begins.", field="last_day"))
    check_items(rules, wanted.items)
    check_number(rules, len(chosen))
    members = _members(session, wanted.members)
    sides = {one: side_of(rules, row.roles) if row else "" for one, row in members.items()}
    check_team(rules, sides, leader=wanted.leader)
    row = {**_columns(wanted, dense), "made_by": by, "made_at": now}
    session.execute(insert(campaign).values(**row))
    _keep_team(session, row["id"], members)
    same = {"campaign_id": row["id"], "wanted": len(wanted.items), "done": 0, "findings": 0}
    insert_rows(session, campaign_plan, [{**same, "enterprise_id": one, "level": level} for one, level in chosen])
    return str(row["id"])


def _columns(wanted: NewCampaign, dense: Sequence[Density]) -> dict[str, Any]:
    same = ("title", "grouping", "leader", "first_day", "last_day")
    return {
        "id": new_id(),
        "state": OPEN,
        "groups": list(wanted.groups),
        "levels": sorted(wanted.levels),
        "densities": [_kept(one) for one in dense if one.key in wanted.groups],
        "offered": list(wanted.items),
        "rules": campaign_rules().version,
        "ended_by": "",
        "summary": "",
        **{name: getattr(wanted, name) for name in same},
    }


def tick_item(session: Session, campaign_id: str, *, tick: Tick, by: str, tier: int, now: datetime) -> None:
    """Tick off one item of the plan for an enterprise; a finding becomes a hazard of the member's tier.

    Raises ``StepNotPossible``, ``NotAllowed``, ``TickedAlready``.
    """
    row = _held_campaign(session, campaign_id)
    check_open(row.state)
    _check_member(session, campaign_id, by)
    require(tick.item in row.offered, NotAllowed("item_unknown", "This plan has no such item.", field="item"))
    check_tick(tick.outcome, tick.given)
    columns = campaign_tick.c
    mine = {"campaign_id": campaign_id, "enterprise_id": tick.enterprise_id, "item": tick.item}
    if session.scalar(select(columns.item).where(*(columns[name] == value for name, value in mine.items()))):
        raise TickedAlready("This item was ticked off already: read the plan again.", item=tick.item)
    hazard_id = _find(session, tick, by=by, tier=tier, now=now) if tick.outcome == FINDING else None
    note = str(tick.given.get("note") or "")
    result = {"outcome": tick.outcome, "note": note, "hazard_id": hazard_id, "by": by, "at": now}
    session.execute(insert(campaign_tick).values(**mine, **result))
    plan = campaign_plan.c
    counts = {"done": plan.done + 1, "findings": plan.findings + int(hazard_id is not None)}
    own = (plan.campaign_id == campaign_id, plan.enterprise_id == tick.enterprise_id)
    session.execute(update(campaign_plan).where(*own).values(**counts))


def end_campaign(session: Session, campaign_id: str, *, is_closed: bool, summary: str, by: str, now: datetime) -> None:
    """Close a campaign with what came of it, or cancel it and say why; raises ``StepNotPossible``, ``NotAllowed``."""
    check_open(_held_campaign(session, campaign_id).state)
    require(
        bool(summary.strip()), NotAllowed("summary_missing", "Say what came of it, or why it ends.", field="summary")
    )
    ended = {"state": CLOSED if is_closed else CANCELLED, "ended_by": by, "ended_at": now, "summary": summary.strip()}
    session.execute(update(campaign).where(campaign.c.id == campaign_id).values(**ended))


def _held_campaign(session: Session, campaign_id: str) -> Row[Any]:
    return session.execute(select(campaign).where(campaign.c.id == campaign_id).with_for_update()).one()


def _check_member(session: Session, campaign_id: str, by: str) -> None:
    columns = campaign_member.c
    mine = (columns.campaign_id == campaign_id, columns.account_id == by)
    is_member = session.scalar(select(columns.account_id).where(*mine)) is not None
    require(is_member, NotAllowed("not_in_team", "Only the team ticks off: ask its leader."))


def _members(session: Session, accounts: Sequence[str]) -> dict[str, Row[Any] | None]:
    """Return each account with its row, None for one who is unknown or not at work."""
    columns = staff.c
    rows = session.execute(select(staff).where(columns.account_id.in_(accounts), columns.is_available)).all()
    known = {row.account_id: row for row in rows}
    return {one: known.get(one) for one in accounts}


def _keep_team(session: Session, campaign_id: str, members: Mapping[str, Any]) -> None:
    rows = [
        {
            "campaign_id": campaign_id,
            "account_id": account,
            "side": side_of(campaign_rules(), row.roles),
            "skills": list(row.skills),
        }
        for account, row in members.items()
    ]
    insert_rows(session, campaign_member, rows)


def _kept(one: Density) -> dict[str, Any]:
    levels = {str(level): number for level, number in one.levels.items()}
    return asdict(one) | {"levels": levels, "graded": one.graded, "hundredths": one.hundredths}


def _find(session: Session, tick: Tick, *, by: str, tier: int, now: datetime) -> str:
    told = tick.given
    finding = Finding(
        tick.enterprise_id,
        told["description"],
        told["place"],
        item=told["major"],
        clause=campaign_rules().items[tick.item].clause,
        before=told["before"],
    )
    return find_hazard(session, finding, by=by, tier=tier, now=now)
