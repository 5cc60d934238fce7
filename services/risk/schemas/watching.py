"""Requests and responses about assessments, risk points, supervision, frequencies, what-if and codes."""

from marshmallow import fields, validate

from services.risk.schemas.grades import MOST_FACTS, KnownFact, Labelled, a_level
from shared.http import Page, PageQuery, Schema


class FrequencyRow(Labelled):
    """``planned`` inspections a year, or a share in per cent drawn by lot; never more than ``cap`` on site."""

    level = fields.Integer(required=True)
    planned = fields.Integer(required=True, allow_none=True)
    planned_share = fields.List(fields.Integer(), required=True, allow_none=True)
    cap = fields.Integer(required=True)
    mode = fields.String(required=True)
    reassess_months = fields.Integer(required=True, allow_none=True)


class Frequency(FrequencyRow):
    profile = fields.String(required=True)
    source = fields.String(required=True)
    status = fields.String(required=True)


class FrequencyProfile(Labelled):
    id = fields.String(required=True)
    is_on = fields.Boolean(required=True)
    source = fields.String(required=True)
    status = fields.String(required=True)
    levels = fields.List(fields.Nested(FrequencyRow), required=True)


class FrequencyProfiles(Schema):
    legal_cap = fields.Integer(required=True)
    source = fields.String(required=True)
    version = fields.String(required=True)
    items = fields.List(fields.Nested(FrequencyProfile), required=True)


class WhatIfQuery(Schema):
    """Without a level: one better than the present one."""

    level = fields.Integer(load_default=None, validate=validate.Range(1, 4))


class FactChange(Labelled):
    fact = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True)


class WhatIf(Schema):
    """``changes``: the fewest that bring the card's level to ``wanted`` or beyond.

    ``blocked_by``: dynamic rules and risk points that hold the colour whatever the facts are.
    """

    level = a_level()
    card_level = a_level()
    wanted = fields.Integer(required=True)
    is_reachable = fields.Boolean(required=True)
    blocked_by = fields.List(fields.String(), required=True)
    changes = fields.List(fields.Nested(FactChange), required=True)


class SupervisionQuery(PageQuery):
    """Worst first."""

    overdue = fields.Boolean(load_default=False)


class Supervised(Schema):
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    level = fields.Integer(required=True)
    colour = fields.String(required=True)
    since = fields.AwareDateTime(required=True)
    officer = fields.String(required=True, allow_none=True)
    subdistrict_person = fields.String(required=True, allow_none=True)
    reported_at = fields.AwareDateTime(required=True, allow_none=True)
    report_due = fields.AwareDateTime(required=True)
    event_due = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.List(fields.String(), required=True, metadata={"description": "periodic, event"})
    is_overdue = fields.Boolean(required=True)


class SupervisedList(Page):
    items = fields.List(fields.Nested(Supervised), required=True)


class Supervisors(Schema):
    """Accounts, never names: the audit trail keeps them for ever. Who is not given stays as named before."""

    officer = fields.UUID()
    subdistrict_person = fields.UUID()


class RiskReport(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(["periodic", "event"]))
    summary = fields.String(required=True, validate=validate.Length(2, 2000))
    reference = fields.String(load_default="", validate=validate.Length(max=200))


class FiledReport(RiskReport):
    id = fields.String(required=True)
    reported_by = fields.String(required=True)
    reported_at = fields.AwareDateTime(required=True)


class FiledReports(Page):
    items = fields.List(fields.Nested(FiledReport), required=True)


class Revocation(Schema):
    reason = fields.String(required=True, validate=validate.Length(2, 300))


class Code(Schema):
    """``address`` is what the printed code holds; empty for a revoked one and before the public address is set."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    address = fields.String(required=True)
    issued_by = fields.String(required=True)
    issued_at = fields.AwareDateTime(required=True)
    revoked_by = fields.String(required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_reason = fields.String(required=True, allow_none=True)


class Codes(Page):
    items = fields.List(fields.Nested(Code), required=True)


class ScannedToken(Schema):
    token = fields.String(required=True, validate=validate.Length(1, 40))


class Scan(Schema):
    id = fields.String(required=True)
    code_id = fields.String(required=True)
    scanned_by = fields.String(required=True)
    scanned_at = fields.AwareDateTime(required=True)


class Scans(Page):
    """``public``: how often the codes of the enterprise were scanned by people who were not signed in."""

    items = fields.List(fields.Nested(Scan), required=True)
    public = fields.Integer(required=True)


class SheetsQuery(Schema):
    division = fields.String(load_default="", validate=validate.Regexp(r"\d{0,12}$"))
    grid = fields.String(load_default="", validate=validate.Length(max=60))


class PublicFacts(Schema):
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    industry_section = fields.String(required=True)
    is_active = fields.Boolean(required=True, metadata={"description": "false: it has left the register"})
    level = a_level()
    colour = fields.String(required=True)
    since = fields.AwareDateTime(required=True)
    provisional = fields.Boolean(required=True)


METHODS = ("LEC", "LS5-COAL", "LS5-DB37", "LS4")


class Evidence(Schema):
    """``reference`` names a stored document or photo."""

    fact = fields.String(load_default="", validate=validate.Length(max=60))
    reference = fields.String(required=True, validate=validate.Length(1, 200))
    note = fields.String(load_default="", validate=validate.Length(max=300))


class Answers(Schema):
    facts = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 60)),
        values=fields.Nested(KnownFact),
        required=True,
        validate=validate.Length(max=MOST_FACTS),
    )
    evidence = fields.List(fields.Nested(Evidence), load_default=list, validate=validate.Length(max=100))
    note = fields.String(load_default="", validate=validate.Length(max=1000))


class AssessmentDraft(Answers):
    enterprise_id = fields.UUID(required=True)


class Returned(Schema):
    reason = fields.String(required=True, validate=validate.Length(2, 500))


class Assessment(Schema):
    """``state``: draft, submitted, reviewed, confirmed or lapsed; ``due_on`` is the bureau's last day."""

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    card = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    facts = fields.Dict(keys=fields.String(), values=fields.Nested(KnownFact), required=True)
    evidence = fields.List(fields.Nested(Evidence), required=True)
    note = fields.String(required=True)
    drafted_by = fields.String(required=True)
    drafted_at = fields.AwareDateTime(required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    reviewed_by = fields.String(required=True, allow_none=True)
    reviewed_at = fields.AwareDateTime(required=True, allow_none=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    valid_until = fields.AwareDateTime(required=True, allow_none=True)
    returned_reason = fields.String(required=True)


class Assessments(Page):
    items = fields.List(fields.Nested(Assessment), required=True)


class AssessmentsQuery(PageQuery):
    """Newest first."""

    state = fields.String(validate=validate.OneOf(["draft", "submitted", "reviewed", "confirmed", "lapsed"]))
    enterprise_id = fields.UUID()


class PointBody(Schema):
    """``judged`` gives the values of the method's factors (L, E, C or L, S)."""

    place = fields.String(required=True, validate=validate.Length(1, 100))
    hazard = fields.String(required=True, validate=validate.Length(1, 200))
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    judged = fields.Dict(
        keys=fields.String(validate=validate.OneOf(["L", "E", "C", "S"])),
        values=fields.Float(validate=validate.Range(0, 100)),
        required=True,
    )
    measure = fields.String(load_default="", validate=validate.Length(max=500))
    post = fields.String(load_default="", validate=validate.Length(max=60))


class NewPoint(PointBody):
    enterprise_id = fields.UUID(required=True)


class RiskPoint(Schema):
    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    version = fields.Integer(required=True)
    place = fields.String(required=True)
    hazard = fields.String(required=True)
    method = fields.String(required=True)
    judged = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    product = fields.Float(required=True)
    level = fields.Integer(required=True)
    colour = fields.String(required=True)
    measure = fields.String(required=True)
    post = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    confirmed_at = fields.AwareDateTime(required=True)
    overdue_since = fields.AwareDateTime(required=True, allow_none=True)


class RiskPoints(Page):
    items = fields.List(fields.Nested(RiskPoint), required=True)


class RiskPointsQuery(PageQuery):
    """Worst first."""

    enterprise_id = fields.UUID()
    overdue = fields.Boolean(load_default=False)


class LedgerOf(Schema):
    enterprise_id = fields.UUID(required=True)


class LedgerConfirmed(Schema):
    points = fields.Integer(required=True)
