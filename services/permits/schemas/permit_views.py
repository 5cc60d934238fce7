"""Responses about permits for special work."""

from marshmallow import fields

from shared.http import Schema


class PermitCore(Schema):
    """``why``: what made the level; ``terms``: what the rules ask of this kind and level; ``alerts``: what is due.

    ``is_listed``: the enterprise is on the list of the severely untrustworthy, so its permits need attention.
    """

    id = fields.String(required=True)
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    state_zh = fields.String(required=True)
    state_en = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    is_live = fields.Boolean(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    computed_level = fields.String(required=True)
    why = fields.Dict(required=True)
    ruleset = fields.String(required=True)
    ruleset_version = fields.String(required=True)
    terms = fields.Dict(required=True)
    description = fields.String(required=True)
    place = fields.String(required=True)
    place_id = fields.String(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    accuracy_m = fields.Float(required=True, allow_none=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    parent_id = fields.String(required=True, allow_none=True)
    renews = fields.String(required=True, allow_none=True)
    applied_by = fields.String(required=True)
    applied_at = fields.AwareDateTime(required=True)
    is_frozen = fields.Boolean(required=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    suspended_at = fields.AwareDateTime(required=True, allow_none=True)
    cause = fields.String(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    reason_code = fields.String(
        required=True, metadata={"description": "Of a reason that the rules gave; empty where somebody wrote it."}
    )
    reason_about = fields.Dict(required=True, metadata={"description": "What the code is about, by name."})
    alerts = fields.List(fields.String(), required=True)
    is_alerting = fields.Boolean(required=True)
    is_listed = fields.Boolean(required=True)


class PermitList(Schema):
    items = fields.List(fields.Nested(PermitCore), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PermitMeasure(Schema):
    number = fields.Integer(required=True)
    is_involved = fields.Boolean(required=True, allow_none=True)
    answered_by = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class GasTest(Schema):
    """Both judged values are in ``judged_unit``; ``is_verified``: the limit was read, not recalled."""

    gas = fields.String(required=True)
    gas_group = fields.String(required=True)
    point = fields.String(required=True)
    value = fields.Float(required=True)
    unit = fields.String(required=True)
    judged_value = fields.Float(required=True)
    limit_value = fields.Float(required=True)
    judged_unit = fields.String(required=True)
    clause = fields.String(required=True)
    is_acceptable = fields.Boolean(required=True)
    is_verified = fields.Boolean(required=True)
    sampled_at = fields.AwareDateTime(required=True)
    device_at = fields.AwareDateTime(required=True, allow_none=True)
    entered_at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)


class PermitSignature(Schema):
    stage = fields.String(required=True)
    role = fields.String(required=True)
    position = fields.Integer(required=True)
    opinion = fields.String(required=True)
    by = fields.String(required=True)
    method = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    distance_m = fields.Float(required=True, allow_none=True)
    remote_reason = fields.String(required=True)
    photo = fields.String(required=True)


class PermitPerson(Schema):
    """``distance_m``: how far from the work a guardian was when it last told; ``away_since``: outside the fence."""

    person_id = fields.String(required=True)
    role = fields.String(required=True)
    is_in = fields.Boolean(required=True)
    in_at = fields.AwareDateTime(required=True, allow_none=True)
    out_at = fields.AwareDateTime(required=True, allow_none=True)
    seen_at = fields.AwareDateTime(required=True, allow_none=True)
    distance_m = fields.Float(required=True, allow_none=True)
    away_since = fields.AwareDateTime(required=True, allow_none=True)


class PermitConfirmation(Schema):
    """What nothing measures and somebody confirmed, with the step ``event``."""

    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    clause = fields.String(required=True)
    event = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class PermitStepTaken(Schema):
    """``rule`` is the row of the table that allowed it."""

    version = fields.Integer(required=True)
    event = fields.String(required=True)
    rule = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    given = fields.Dict(required=True)


class RelatedPermit(Schema):
    id = fields.String(required=True)
    relation = fields.String(required=True)
    number = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)


class PermitHindrance(Schema):
    """``code`` of the refusal; ``about``: problems with the person of each, or rules with the other work."""

    code = fields.String(required=True)
    about = fields.List(fields.String(), required=True)


class PermitDetail(PermitCore):
    """``allowed``: the steps that the caller may take; ``next_role``: who signs next.

    ``preparation``: what was isolated (``isolation``), by which ``blind_map`` and ``plan``, who explained the work to
    whom and when (``briefed_by``, ``receivers``, ``briefed_at``), as far as it was said. ``hindrances``: what keeps the
    work from being sent, approved, started or resumed now, whoever tries.
    """

    facts = fields.Dict(required=True)
    form = fields.Dict(required=True)
    analysis = fields.Dict(required=True)
    preparation = fields.Dict(required=True)
    allowed = fields.List(fields.String(), required=True)
    next_role = fields.String(required=True)
    hindrances = fields.List(fields.Nested(PermitHindrance), required=True)
    measures = fields.List(fields.Nested(PermitMeasure), required=True)
    gas_tests = fields.List(fields.Nested(GasTest), required=True)
    signatures = fields.List(fields.Nested(PermitSignature), required=True)
    persons = fields.List(fields.Nested(PermitPerson), required=True)
    confirmations = fields.List(fields.Nested(PermitConfirmation), required=True)
    related = fields.List(fields.Nested(RelatedPermit), required=True)
    steps = fields.List(fields.Nested(PermitStepTaken), required=True)


class PermitBoardRow(Schema):
    """How many permits of a kind and level stand in a state; ``alerting``: those of them for which something is due.

    ``listed``: those of enterprises on the list of the severely untrustworthy.
    """

    kind = fields.String(required=True)
    level = fields.String(required=True)
    state = fields.String(required=True)
    subdistrict = fields.String(required=True)
    count = fields.Integer(required=True)
    alerting = fields.Integer(required=True)
    listed = fields.Integer(required=True)


class PermitBoard(Schema):
    """Permits that are valid at some time of ``day``; ``since`` and ``until`` open the rows of every number.

    ``listed``: those of enterprises on the list of the severely untrustworthy.
    """

    day = fields.Date(required=True)
    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)
    total = fields.Integer(required=True)
    live = fields.Integer(required=True)
    alerting = fields.Integer(required=True)
    listed = fields.Integer(required=True)
    rows = fields.List(fields.Nested(PermitBoardRow), required=True)
