"""Campaigns within the caller's area or team: where risk is dense, who is served, how far the plans are."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, exists, func, or_, select
from sqlalchemy.orm import Session

from services.inspections.domain.campaigns import (
    GRID,
    GROUPINGS,
    INDUSTRY,
    INDUSTRY_DIGITS,
    SUBDISTRICT,
    Density,
    densities,
    side_of,
)
from services.inspections.queries.enterprises import in_area
from services.inspections.rules import campaign_rules, draw_rules
from services.inspections.tables import (
    campaign,
    campaign_member,
    campaign_plan,
    campaign_tick,
    enterprise,
    staff,
    standing,
)
from shared.database.bulk import among
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]


class CampaignNotFound(NotFound):
    code = "campaign_not_found"


class PlanNotFound(NotFound):
    code = "plan_not_found"


_KEYS: Mapping[str, Any] = {
    SUBDISTRICT: enterprise.c.subdistrict,
    GRID: enterprise.c.grid,
    INDUSTRY: func.substr(enterprise.c.industry, 1, INDUSTRY_DIGITS, type_=Text),
}


def _served(principal: Principal, grouping: str) -> Select[Any]:
    """Enterprises of the area that the bureau supervises, each with its group and level."""
    joined = enterprise.outerjoin(standing, standing.c.enterprise_id == enterprise.c.enterprise_id)
    is_served = (enterprise.c.is_active, enterprise.c.supervision.in_(draw_rules().drawn_states))
    columns = (enterprise.c.enterprise_id, _KEYS[grouping].label("key"), standing.c.level)
    return select(*columns).select_from(joined).where(in_area(principal), *is_served)


def density(session: Session, principal: Principal, *, grouping: str) -> list[Density]:
    """Return the groups of the area, the densest first; enterprises that lie in none are left out."""
    served = _served(principal, grouping).subquery()
    counted = select(served.c.key, served.c.level, func.count()).group_by(served.c.key, served.c.level)
    rows = session.execute(counted.where(served.c.key != "")).all()
    return densities(campaign_rules(), [(key, level, number) for key, level, number in rows])


def chosen(
    session: Session, principal: Principal, *, grouping: str, groups: Sequence[str], levels: Sequence[int]
) -> list[tuple[str, int]]:
    """Return (id, level) of the enterprises of these groups and levels."""
    served = _served(principal, grouping).subquery()
    mine = (among(session, served.c.key, groups), served.c.level.in_(levels))
    rows = session.execute(select(served.c.enterprise_id, served.c.level).where(*mine)).all()
    return [(enterprise_id, level) for enterprise_id, level in rows]


def people(session: Session, principal: Principal) -> list[Document]:
    """Return who could be in a team: of the area's staff and of intermediaries, at work, on one of the sides."""
    columns = staff.c
    rows = session.execute(select(staff).where(columns.enterprise_id == "", columns.is_available)).all()
    sides = [(row, side_of(campaign_rules(), row.roles)) for row in rows]
    return [
        {**row._asdict(), "side": side}
        for row, side in sides
        if side and (row.intermediary_id or _is_near(principal, row))
    ]


def _is_near(principal: Principal, row: Row[Any]) -> bool:
    """Staff without a division of their own, such as grid workers, are near to everybody."""
    prefixes = [one for one in principal.divisions if one]
    return not row.divisions or any(
        one.startswith(prefix) or prefix.startswith(one) for one in row.divisions for prefix in prefixes
    )


def team_of(session: Session, campaign_id: str) -> Sequence[Row[Any]]:
    """Return the members of a team, by side."""
    columns = campaign_member.c
    wanted = select(campaign_member).where(columns.campaign_id == campaign_id)
    return session.execute(wanted.order_by(columns.side, columns.account_id)).all()


def _in_team(principal: Principal, campaign_id: ColumnElement[str]) -> ColumnElement[bool]:
    columns = campaign_member.c
    return exists().where(columns.campaign_id == campaign_id, columns.account_id == principal.subject)


def campaigns(principal: Principal, *, state: str | None = None) -> Select[Any]:
    """Return the statement that reads the campaigns of one's teams, and those that serve an enterprise of the area."""
    joined = campaign_plan.join(enterprise, enterprise.c.enterprise_id == campaign_plan.c.enterprise_id)
    near = exists().select_from(joined).where(campaign_plan.c.campaign_id == campaign.c.id, in_area(principal))
    wanted = select(campaign).where(or_(_in_team(principal, campaign.c.id), near))
    return wanted.where(campaign.c.state == state) if state else wanted


def visible_campaign(session: Session, principal: Principal, campaign_id: str) -> Row[Any]:
    """Return one campaign; raises ``CampaignNotFound``."""
    row = session.execute(campaigns(principal).where(campaign.c.id == campaign_id)).one_or_none()
    if row is None:
        raise CampaignNotFound("There is no such campaign in your area.")
    return row


def plans(principal: Principal, campaign_id: str, *, is_finished: bool | None = None) -> Select[Any]:
    """Return the statement that reads the plans of a campaign: all of them for its team, else those of the area."""
    columns = campaign_plan.c
    mine = _plans(principal).where(columns.campaign_id == campaign_id)
    if is_finished is None:
        return mine
    return mine.where(columns.done >= columns.wanted if is_finished else columns.done < columns.wanted)


def _plans(principal: Principal) -> Select[Any]:
    columns = campaign_plan.c
    joined = campaign_plan.join(enterprise, enterprise.c.enterprise_id == columns.enterprise_id)
    is_near = in_area(principal).label("is_near")
    shown = select(campaign_plan, enterprise.c.name, enterprise.c.division, is_near).select_from(joined)
    return shown.where(or_(_in_team(principal, columns.campaign_id), in_area(principal)))


def visible_plan(session: Session, principal: Principal, campaign_id: str, *, enterprise_id: str) -> Row[Any]:
    """Return the plan for one enterprise; raises ``PlanNotFound``."""
    wanted = plans(principal, campaign_id).where(campaign_plan.c.enterprise_id == enterprise_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise PlanNotFound("There is no such plan in your area.")
    return row


def progress(session: Session, principal: Principal, campaign_ids: Sequence[str]) -> dict[str, Document]:
    """Return for each campaign how many plans there are and are finished, what is ticked off, and what was found."""
    mine = _plans(principal).where(campaign_plan.c.campaign_id.in_(campaign_ids)).subquery()
    columns = mine.c
    finished = func.count().filter(columns.done >= columns.wanted)
    sums = [func.sum(columns[name]) for name in ("done", "wanted", "findings")]
    counted = select(columns.campaign_id, func.count(), finished, *sums).group_by(columns.campaign_id)
    names = ("plans", "finished", "ticked", "wanted", "findings")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in session.execute(counted)}


def campaign_view(session: Session, principal: Principal, row: Row[Any]) -> Document:
    """Return a campaign with its progress and its team."""
    members = [{**one._asdict(), "is_leader": one.account_id == row.leader} for one in team_of(session, row.id)]
    is_mine = any(one["account_id"] == principal.subject for one in members)
    counts = progress(session, principal, [row.id])[row.id]
    return {**row._asdict(), **counts, "members": members, "is_mine": is_mine}


def plan_view(session: Session, row: Row[Any], offered: Sequence[str]) -> Document:
    """Return the plan for one enterprise with each of its items, those that are ticked off with who did what."""
    columns = campaign_tick.c
    mine = (columns.campaign_id == row.campaign_id, columns.enterprise_id == row.enterprise_id)
    ticks = {one.item: one._asdict() for one in session.execute(select(campaign_tick).where(*mine)).all()}
    return {**row._asdict(), "items": [_item_view(name, ticks.get(name)) for name in offered]}


def _item_view(name: str, tick: Mapping[str, Any] | None) -> Document:
    item = campaign_rules().items.get(name)
    words = {"zh": item.zh, "en": item.en, "clause": item.clause} if item else {"zh": name, "en": name, "clause": ""}
    return {"item": name, **words, "tick": tick}


def campaign_table() -> Document:
    """Return the weights of the density and the items of a plan, for everybody to read."""
    return {**vars(campaign_rules()), "items": list(campaign_rules().items.values()), "groupings": GROUPINGS}
