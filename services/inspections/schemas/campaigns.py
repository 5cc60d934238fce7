"""Requests and responses about campaigns of group service."""

from marshmallow import fields, validate

from services.inspections.domain.campaigns import GROUPINGS, OUTCOMES, STATES
from services.inspections.rules import campaign_rules, major_hazards
from services.inspections.schemas.hazards import Named, photos, text
from shared.http import Page, PageQuery, Schema

MOST_GROUPS = 100
MOST_MEMBERS = 30
ITEMS = list(campaign_rules().items)
KEY = validate.Length(1, 60)


class CampaignQuery(PageQuery):
    """The newest first."""

    state = fields.String(validate=validate.OneOf(STATES))


class DensityQuery(Schema):
    grouping = fields.String(load_default=GROUPINGS[0], validate=validate.OneOf(GROUPINGS))


class NewCampaignBody(Schema):
    """``groups`` are keys of ``grouping`` as the density names them; ``items`` is what is done for each enterprise."""

    title = fields.String(required=True, validate=validate.Length(2, 80))
    grouping = fields.String(required=True, validate=validate.OneOf(GROUPINGS))
    groups = fields.List(fields.String(validate=KEY), required=True, validate=validate.Length(1, MOST_GROUPS))
    levels = fields.List(fields.Integer(validate=validate.Range(1, 4)), required=True, validate=validate.Length(1, 4))
    items = fields.List(
        fields.String(validate=validate.OneOf(ITEMS)), required=True, validate=validate.Length(1, len(ITEMS))
    )
    members = fields.List(fields.String(validate=KEY), required=True, validate=validate.Length(1, MOST_MEMBERS))
    leader = fields.String(required=True, validate=KEY)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)


class TickBody(Schema):
    """``finding`` says what (``description``) and where (``place``), with photos; ``major``: an official item."""

    item = fields.String(required=True, validate=validate.OneOf(ITEMS))
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    note = text(load_default="")
    description = text(load_default="")
    place = text(100, load_default="")
    before = photos(load_default=list)
    major = fields.String(load_default="", validate=validate.OneOf(["", *major_hazards().items]))


class CampaignEnded(Schema):
    summary = text(required=True)


class GroupDensity(Schema):
    """``hundredths``: the weights of the levels, times a hundred, over the enterprises that have a level."""

    key = fields.String(required=True)
    enterprises = fields.Integer(required=True)
    graded = fields.Integer(required=True)
    levels = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    weight = fields.Integer(required=True)
    hundredths = fields.Integer(required=True)


class Densities(Schema):
    items = fields.List(fields.Nested(GroupDensity), required=True)


class TeamCandidate(Schema):
    account_id = fields.String(required=True)
    side = fields.String(required=True)
    intermediary_id = fields.String(required=True)
    skills = fields.List(fields.String(), required=True)
    divisions = fields.List(fields.String(), required=True)


class TeamCandidates(Schema):
    items = fields.List(fields.Nested(TeamCandidate), required=True)


class PlanItem(Named):
    clause = fields.String(required=True)


class CampaignTable(Schema):
    version = fields.String(required=True)
    density_per = fields.String(required=True)
    level_weights = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    most_enterprises = fields.Integer(required=True)
    least_members = fields.Integer(required=True)
    groupings = fields.List(fields.String(), required=True)
    items = fields.List(fields.Nested(PlanItem), required=True)


class CampaignMember(Schema):
    account_id = fields.String(required=True)
    side = fields.String(required=True)
    skills = fields.List(fields.String(), required=True)
    is_leader = fields.Boolean(required=True)


class Campaign(Schema):
    id = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    grouping = fields.String(required=True)
    groups = fields.List(fields.String(), required=True)
    levels = fields.List(fields.Integer(), required=True)
    offered = fields.List(fields.String(), required=True)
    leader = fields.String(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    made_by = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    summary = fields.String(required=True)


class CampaignProgress(Campaign):
    """Counted over the plans that the caller may see: ``ticked`` of ``wanted`` items, ``finished`` of ``plans``."""

    plans = fields.Integer(required=True)
    finished = fields.Integer(required=True)
    ticked = fields.Integer(required=True)
    wanted = fields.Integer(required=True)
    findings = fields.Integer(required=True)


class CampaignList(Page):
    items = fields.List(fields.Nested(CampaignProgress), required=True)


class CampaignWithTeam(CampaignProgress):
    """``densities`` of the chosen groups, as they were when it began; ``is_mine``: the caller is in its team."""

    densities = fields.List(fields.Dict(keys=fields.String()), required=True)
    members = fields.List(fields.Nested(CampaignMember), required=True)
    is_mine = fields.Boolean(required=True)


class CampaignPlanQuery(PageQuery):
    is_finished = fields.Boolean()


class EnterprisePlan(Schema):
    """``is_near``: it lies in the own area; who only serves it there has no file of it, and adds no photos."""

    campaign_id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    is_near = fields.Boolean(required=True)
    level = fields.Integer(required=True, allow_none=True)
    wanted = fields.Integer(required=True)
    done = fields.Integer(required=True)
    findings = fields.Integer(required=True)


class EnterprisePlans(Page):
    items = fields.List(fields.Nested(EnterprisePlan), required=True)


class PlanTick(Schema):
    outcome = fields.String(required=True)
    note = fields.String(required=True)
    hazard_id = fields.String(required=True, allow_none=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class PlannedItem(Schema):
    item = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    clause = fields.String(required=True)
    tick = fields.Nested(PlanTick, required=True, allow_none=True)


class EnterprisePlanWithItems(EnterprisePlan):
    items = fields.List(fields.Nested(PlannedItem), required=True)
