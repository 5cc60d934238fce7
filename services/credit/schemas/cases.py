"""Requests and responses about cases of the list."""

from typing import Any

from marshmallow import fields, validate

from services.credit.domain.case_facts import DECISION, NOTICE, REPAIR_NOTICE
from services.credit.domain.cases import DECISIONS, STEPS
from services.credit.rules import case_rules
from services.credit.schemas.limits import LimitStanding
from services.credit.schemas.violations import said
from shared.http import Page, PageQuery, Schema
from shared.machines.telling import StateTable

DIVISION = validate.Regexp(r"[0-9]{6}([0-9]{3}([0-9]{3})?)?\Z")
IDENTITY = validate.Regexp(r"[0-9]{17}[0-9X]\Z")
ROLES = ("principal", "responsible", "direct")
METHODS = ("direct", "left", "post", "electronic", "public_notice")
VERSION = validate.Range(1)


def words(longest: int, **options: Any) -> fields.String:
    """Return a text field; what a step asks for is said by the step itself."""
    return fields.String(validate=validate.Length(max=longest), **options)


class CaseQuery(PageQuery):
    """The newest first."""

    state = fields.String(validate=validate.OneOf(list(case_rules().machine.states)))
    is_open = fields.Boolean()
    enterprise_id = fields.UUID()
    division = fields.String(validate=DIVISION)


class ListedPerson(Schema):
    """A person whom the decision names; never told but masked, except to the public as the order says."""

    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    name = said(50)
    identity = fields.String(required=True, validate=IDENTITY)


class NewCase(Schema):
    """``is_confirmed``: the officer has looked at what no record says; ``scope_reason`` for a trade left open."""

    enterprise_id = fields.UUID(required=True)
    condition = fields.String(required=True, validate=validate.OneOf(list(case_rules().conditions.conditions)))
    penalty_id = fields.UUID(required=True)
    facts = said(2000)
    basis = said(500)
    persons = fields.List(fields.Nested(ListedPerson), load_default=list, validate=validate.Length(max=20))
    is_confirmed = fields.Boolean(load_default=False)
    scope_reason = words(500)


class CaseDelivery(Schema):
    """How a document was served on the firm (``firm``) or on a person of the case, by its id."""

    document = fields.String(required=True, validate=validate.OneOf((NOTICE, DECISION, REPAIR_NOTICE)))
    addressee = fields.String(required=True, validate=validate.Length(1, 36))
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    proof = fields.String(required=True, validate=validate.Length(max=200))
    served_on = fields.Date(required=True)


class CaseStepBody(Schema):
    """What each step asks for is said in its refusal."""

    event = fields.String(required=True, validate=validate.OneOf([one for one in STEPS if one != "state"]))
    version = fields.Integer(validate=VERSION)
    reason = words(500)
    facts = words(2000)
    basis = words(500)
    measures = words(1000)
    rights = words(1000)
    deliveries = fields.List(fields.Nested(CaseDelivery), validate=validate.Length(max=100))
    system_number = words(100)
    duty_proof = words(500)
    promise = words(500)


class CaseStatement(Schema):
    """What the party states in its defence."""

    statement = said(5000)
    version = fields.Integer(validate=VERSION)


class EarlyRemovalApplication(Schema):
    """Why the subject asks to be removed early."""

    application = said(2000)
    version = fields.Integer(validate=VERSION)


class CaseDecisionBody(Schema):
    """A decision of the leader; ``number`` is that of the written decision."""

    event = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    version = fields.Integer(validate=VERSION)
    number = words(100)
    facts = words(2000)
    basis = words(500)
    measures = words(1000)
    repair = words(1000)
    remedies = words(1000)
    legal_review = words(200)
    collective_decision = words(200)
    reply = words(2000)
    reason = words(500)
    ban_until = fields.Date()
    duty_done = fields.Boolean()
    harm_removed = fields.Boolean()
    no_relapse = fields.Boolean()


class CaseDeadline(LimitStanding):
    step = fields.String(required=True)
    due_on = fields.Date(required=True)
    is_late = fields.Boolean(required=True)


class ListingCase(Schema):
    """``deadlines``: the nearest first, the last day of each; ``early_from``: when early removal may be applied for.

    ``penalty_withdrawn``: the penalty behind the case was withdrawn since; a listing is then to be revoked.
    """

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    address = fields.String(required=True)
    division = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    condition = fields.String(required=True)
    condition_zh = fields.String(required=True)
    condition_en = fields.String(required=True)
    clause = fields.String(required=True)
    penalty_id = fields.String(required=True)
    penalty = fields.Dict(required=True)
    penalty_withdrawn = fields.Boolean(required=True)
    accidents = fields.List(fields.Dict(), required=True)
    facts = fields.String(required=True)
    basis = fields.String(required=True)
    proposed_by = fields.String(required=True)
    proposed_at = fields.AwareDateTime(required=True)
    notice_served_on = fields.Date(required=True, allow_none=True)
    statement = fields.String(required=True)
    decision = fields.Dict(required=True)
    decided_on = fields.Date(required=True, allow_none=True)
    decided_by = fields.String(required=True)
    system_number = fields.String(required=True)
    listed_on = fields.Date(required=True, allow_none=True)
    managed_until = fields.Date(required=True, allow_none=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    early_from = fields.Date(required=True, allow_none=True)
    ban_until = fields.Date(required=True, allow_none=True)
    applied_on = fields.Date(required=True, allow_none=True)
    accepted_on = fields.Date(required=True, allow_none=True)
    removal = fields.String(required=True)
    removal_number = fields.String(required=True)
    removal_on = fields.Date(required=True, allow_none=True)
    is_system_updated = fields.Boolean(required=True)
    earlier_case_id = fields.String(required=True, allow_none=True)
    deadlines = fields.List(fields.Nested(CaseDeadline), required=True)
    is_late = fields.Boolean(required=True)


class CaseList(Page):
    items = fields.List(fields.Nested(ListingCase), required=True)


class MaskedPerson(Schema):
    id = fields.String(required=True)
    role = fields.String(required=True)
    name = fields.String(required=True)
    identity = fields.String(required=True)


class CaseStep(Schema):
    version = fields.Integer(required=True)
    event = fields.String(required=True)
    rule = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    given = fields.Dict(required=True)


class ServedDocument(CaseDelivery):
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class WholeCase(ListingCase):
    """``allowed``: the steps that the caller may take."""

    persons = fields.List(fields.Nested(MaskedPerson), required=True)
    deliveries = fields.List(fields.Nested(ServedDocument), required=True)
    steps = fields.List(fields.Nested(CaseStep), required=True)
    allowed = fields.List(fields.String(), required=True)


class CaseSuggestionQuery(Schema):
    enterprise_id = fields.UUID()


class CaseSuggestion(Schema):
    """``confirms``: what an officer has still to look at, because no record says it."""

    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    penalty_id = fields.String(required=True)
    document_number = fields.String(required=True)
    decided_on = fields.Date(required=True)
    condition = fields.String(required=True)
    condition_zh = fields.String(required=True)
    condition_en = fields.String(required=True)
    clause = fields.String(required=True)
    confirms = fields.String(required=True)


class CaseSuggestions(Schema):
    items = fields.List(fields.Nested(CaseSuggestion), required=True)


class ListingCondition(Schema):
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    persons = fields.List(fields.String(), required=True)
    names_firm = fields.Boolean(required=True)
    confirms = fields.String(required=True)
    needs_accidents = fields.Boolean(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)


class CaseTable(StateTable):
    """``limits`` in working days, days and months, of the order in force."""

    conditions = fields.List(fields.Nested(ListingCondition), required=True)
    limits = fields.Dict(required=True)
