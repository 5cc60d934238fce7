"""inspections/campaigns: where risk is dense, a team for it, and a plan for each enterprise that is ticked off."""

from typing import Any

from services.inspections.api.acting import acting_tier
from services.inspections.queries import campaigns as reading
from services.inspections.schemas.campaigns import (
    CampaignEnded,
    CampaignList,
    CampaignPlanQuery,
    CampaignQuery,
    CampaignTable,
    CampaignWithTeam,
    Densities,
    DensityQuery,
    EnterprisePlans,
    EnterprisePlanWithItems,
    NewCampaignBody,
    TeamCandidates,
    TickBody,
)
from services.inspections.tables import campaign, campaign_plan
from services.inspections.use_cases import campaigns
from services.inspections.use_cases.hazards import check_evidence
from shared.database import Session
from shared.http import Blueprint, as_text, audit_note, now, page, principal, public_reads, reads, writes

blp = Blueprint("campaigns", __name__, url_prefix="/api/v1/inspections", description="Group service")


@blp.route("/campaigns", methods=["GET"])
@reads("campaign:read")
@blp.arguments(CampaignQuery, location="query")
@blp.response(200, CampaignList)
def list_campaigns(session: Session, query: dict[str, Any]) -> Any:
    """The campaigns of one's teams and of the own area, the newest first."""
    wanted = reading.campaigns(principal(), state=query.pop("state", None))
    rows, next_cursor = page(session, wanted, key=[campaign.c.id], descending=True, **query)
    counts = reading.progress(session, principal(), [row.id for row in rows])
    return {"items": [{**row._asdict(), **counts[row.id]} for row in rows], "next_cursor": next_cursor}


@blp.route("/campaigns/table", methods=["GET"])
@public_reads()
@blp.response(200, CampaignTable)
def show_campaign_table(session: Session) -> Any:
    """How the density of risk is weighed, and what a plan can hold."""
    return reading.campaign_table()


@blp.route("/campaigns/density", methods=["GET"])
@reads("campaign:write")
@blp.arguments(DensityQuery, location="query")
@blp.response(200, Densities)
def show_density(session: Session, query: dict[str, Any]) -> Any:
    """How dense the risk of the subdistricts, grids or industries of the own area is, the densest first."""
    return {"items": reading.density(session, principal(), grouping=query["grouping"])}


@blp.route("/campaigns/people", methods=["GET"])
@reads("campaign:write")
@blp.response(200, TeamCandidates)
def list_people(session: Session) -> Any:
    """Who could be in a team: officers, subdistrict and grid, inspectors of intermediaries, with their skills."""
    return {"items": reading.people(session, principal())}


@blp.route("/campaigns", methods=["POST"])
@writes("campaign:write")
@blp.arguments(NewCampaignBody)
@blp.response(201, CampaignWithTeam)
def start_campaign(session: Session, body: dict[str, Any]) -> Any:
    """Begin a campaign: each enterprise of the chosen groups and levels gets a plan of its own."""
    listed = {name: tuple(dict.fromkeys(body[name])) for name in ("groups", "levels", "items", "members")}
    wanted = campaigns.NewCampaign(**{**body, **listed})
    chosen = reading.chosen(session, principal(), grouping=wanted.grouping, groups=wanted.groups, levels=wanted.levels)
    dense = reading.density(session, principal(), grouping=wanted.grouping)
    me = principal().subject
    campaign_id = campaigns.start_campaign(session, wanted, chosen=chosen, dense=dense, by=me, now=now())
    return _shown(session, campaign_id, event="start")


@blp.route("/campaigns/<id:campaign_id>", methods=["GET"])
@reads("campaign:read")
@blp.response(200, CampaignWithTeam)
def show_campaign(session: Session, campaign_id: str) -> Any:
    """One campaign with its team and how far it is."""
    row = reading.visible_campaign(session, principal(), campaign_id)
    return reading.campaign_view(session, principal(), row)


@blp.route("/campaigns/<id:campaign_id>/plans", methods=["GET"])
@reads("campaign:read")
@blp.arguments(CampaignPlanQuery, location="query")
@blp.response(200, EnterprisePlans)
def list_plans(session: Session, query: dict[str, Any], campaign_id: str) -> Any:
    """The plans of a campaign: all of them for its team, else those of the own area."""
    row = reading.visible_campaign(session, principal(), campaign_id)
    wanted = reading.plans(principal(), row.id, is_finished=query.pop("is_finished", None))
    rows, next_cursor = page(session, wanted, key=[campaign_plan.c.enterprise_id], **query)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/campaigns/<id:campaign_id>/plans/<id:enterprise_id>", methods=["GET"])
@reads("campaign:read")
@blp.response(200, EnterprisePlanWithItems)
def show_plan(session: Session, campaign_id: str, enterprise_id: str) -> Any:
    """The plan for one enterprise: each item, and what came of those that are ticked off."""
    return _plan(session, campaign_id, enterprise_id)


@blp.route("/campaigns/<id:campaign_id>/plans/<id:enterprise_id>/ticks", methods=["POST"])
@writes("campaign:work")
@blp.arguments(TickBody)
@blp.response(200, EnterprisePlanWithItems)
def tick_item(session: Session, body: dict[str, Any], campaign_id: str, enterprise_id: str) -> Any:
    """Tick off one item; what was found becomes a hazard."""
    row = reading.visible_campaign(session, principal(), campaign_id)
    reading.visible_plan(session, principal(), row.id, enterprise_id=enterprise_id)
    tick = campaigns.Tick(enterprise_id, body.pop("item"), body.pop("outcome"), as_text(body))
    check_evidence(session, tick.given["before"], owner=enterprise_id)
    campaigns.tick_item(session, row.id, tick=tick, by=principal().subject, tier=acting_tier(), now=now())
    noted = {"event": "tick", "item": tick.item, "outcome": tick.outcome, "enterprise_id": enterprise_id}
    audit_note(session, entity=f"campaign:{campaign_id}", details=noted)
    return _plan(session, campaign_id, enterprise_id)


@blp.route("/campaigns/<id:campaign_id>/close", methods=["POST"])
@writes("campaign:write")
@blp.arguments(CampaignEnded)
@blp.response(200, CampaignWithTeam)
def close_campaign(session: Session, body: dict[str, Any], campaign_id: str) -> Any:
    """Close a campaign and say what came of it."""
    return _end(session, campaign_id, body["summary"], is_closed=True)


@blp.route("/campaigns/<id:campaign_id>/cancel", methods=["POST"])
@writes("campaign:write")
@blp.arguments(CampaignEnded)
@blp.response(200, CampaignWithTeam)
def cancel_campaign(session: Session, body: dict[str, Any], campaign_id: str) -> Any:
    """Give up a campaign and say why; what was ticked off stays."""
    return _end(session, campaign_id, body["summary"], is_closed=False)


def _end(session: Session, campaign_id: str, summary: str, *, is_closed: bool) -> Any:
    row = reading.visible_campaign(session, principal(), campaign_id)
    me = principal().subject
    campaigns.end_campaign(session, row.id, is_closed=is_closed, summary=summary, by=me, now=now())
    return _shown(session, campaign_id, event="close" if is_closed else "cancel")


def _plan(session: Session, campaign_id: str, enterprise_id: str) -> Any:
    row = reading.visible_campaign(session, principal(), campaign_id)
    plan = reading.visible_plan(session, principal(), row.id, enterprise_id=enterprise_id)
    return reading.plan_view(session, plan, row.offered)


def _shown(session: Session, campaign_id: str, *, event: str) -> Any:
    row = reading.visible_campaign(session, principal(), campaign_id)
    audit_note(session, entity=f"campaign:{campaign_id}", details={"event": event, "state": row.state})
    return reading.campaign_view(session, principal(), row)
