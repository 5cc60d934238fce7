"""Requests and responses about the monthly assessment."""

from marshmallow import fields, validate

from services.inspections.domain.assessments import MONTH, REFUTED, SELF_CHECKED
from services.inspections.rules import assessment_rules
from services.inspections.schemas.hazards import Named
from shared.http import Page, PageQuery, Schema

INDICATORS = [one.id for one in assessment_rules().indicators]
BESIDE = [REFUTED, SELF_CHECKED]


def month(**rules: object) -> fields.String:
    """Return a field such as 2026-11."""
    return fields.String(validate=validate.Regexp(rf"^{MONTH}\Z"), **rules)  # type: ignore[arg-type]


def unit(**rules: object) -> fields.String:
    """Return a field with the 9 digits of a subdistrict."""
    return fields.String(validate=validate.Regexp(r"^\d{9}\Z"), **rules)  # type: ignore[arg-type]


class EditionQuery(Schema):
    """Without ``version`` the edition that holds now."""

    version = fields.Integer(validate=validate.Range(0))


class MonthQuery(EditionQuery):
    """Without ``month`` the present one."""

    month = month()


class YearQuery(Schema):
    """Without ``year`` the present one."""

    year = fields.Integer(validate=validate.Range(2000, 2099))


class SupervisedQuery(PageQuery):
    """The enterprises behind the base table; an ``industry`` of ``-`` is none."""

    month = month()
    version = fields.Integer(validate=validate.Range(0))
    unit = unit()
    industry = fields.String(validate=validate.Length(max=3))
    level = fields.Integer(validate=validate.Range(0, 4))


class CountedQuery(SupervisedQuery):
    """The rows behind a figure: of a month, and where named of a unit, an industry class, a level."""

    indicator = fields.String(validate=validate.OneOf([*INDICATORS, *BESIDE]))
    is_done = fields.Boolean()


class SupervisedEnterprise(Schema):
    enterprise_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True)
    industry = fields.String(required=True)
    level = fields.Integer(required=True)


class SupervisedList(Page):
    items = fields.List(fields.Nested(SupervisedEnterprise), required=True)


class Counted(SupervisedEnterprise):
    """``kind`` is task, hazard or check; ``shown_id`` what a page opens (of a check its task); ``level`` 0 is none."""

    indicator = fields.String(required=True)
    kind = fields.String(required=True)
    thing_id = fields.String(required=True)
    shown_id = fields.String(required=True)
    times = fields.Integer(required=True)
    is_done = fields.Boolean(required=True)
    score = fields.Integer(required=True, allow_none=True)
    due_on = fields.Date(required=True)


class CountedList(Page):
    items = fields.List(fields.Nested(Counted), required=True)


class Figure(Schema):
    """``done`` of ``planned``; a major hazard counts as often as the formula says."""

    indicator = fields.String(required=True)
    planned = fields.Integer(required=True)
    done = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)


class Entered(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    deaths = fields.Integer(required=True)
    points = fields.Float(required=True)
    reason = fields.String(required=True)


class Ranked(Schema):
    """A subdistrict; ``rate`` and ``rank`` are null when nothing was due. ``year_effect``: what the month adds."""

    unit = fields.String(required=True)
    rate = fields.Float(required=True, allow_none=True)
    rank = fields.Integer(required=True, allow_none=True)
    points = fields.Float(required=True, allow_none=True)
    is_last = fields.Boolean(required=True)
    is_very_last = fields.Boolean(required=True)
    band_zh = fields.String(required=True)
    band_en = fields.String(required=True)
    enterprises = fields.Integer(required=True)
    figures = fields.List(fields.Nested(Figure), required=True)
    self_checks = fields.Integer(required=True)
    pass_rate = fields.Float(required=True, allow_none=True)
    refuted = fields.Integer(required=True)
    entries = fields.List(fields.Nested(Entered), required=True)
    year_effect = fields.Float(required=True)


class RankedOfMonth(Ranked):
    """``has_to_talk``: the very last so many months in a row (约谈)."""

    has_to_talk = fields.Boolean(required=True)
    is_own = fields.Boolean(required=True)


class Weighed(Named):
    weight = fields.Integer(required=True)
    tasks_tier = fields.Integer()
    origins = fields.List(fields.String())
    hazards_tier = fields.Integer()
    closed = fields.String()


class AccidentRule(Schema):
    deaths_from = fields.Integer(required=True)
    minus = fields.String(required=True)


class BonusRule(Named):
    plus = fields.String(required=True)


class BandRule(Schema):
    at_least = fields.Integer(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class Formula(Schema):
    """The whole formula as the edition was made with it."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    source = fields.String(required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)
    base = fields.Integer(required=True)
    rank_step_percent = fields.Integer(required=True)
    major_counts = fields.Integer(required=True)
    last_places = fields.Integer(required=True)
    last_places_minus = fields.String(required=True)
    false_figures_minus = fields.String(required=True)
    indicators = fields.List(fields.Nested(Weighed), required=True)
    accidents = fields.List(fields.Nested(AccidentRule), required=True)
    bonuses = fields.List(fields.Nested(BonusRule), required=True)
    bands = fields.List(fields.Nested(BandRule), required=True)


class MonthState(Schema):
    """``computed_at`` lies ahead while the month is open; objections count until ``objections_until``."""

    month = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    computed_at = fields.AwareDateTime(required=True)
    objections_until = fields.AwareDateTime(required=True)
    published_at = fields.AwareDateTime(required=True)


class Assessed(MonthState):
    """A month in one edition (0: live and provisional); ``units`` are all that are ranked, ``items`` those shown."""

    latest = fields.Integer(required=True)
    is_provisional = fields.Boolean(required=True)
    units = fields.Integer(required=True)
    undecided = fields.Integer(required=True)
    formula = fields.Nested(Formula, required=True)
    items = fields.List(fields.Nested(RankedOfMonth), required=True)


class BaseCell(Schema):
    """Supervised enterprises of a subdistrict, an industry class and a level, and what is due there by figure."""

    unit = fields.String(required=True)
    industry = fields.String(required=True)
    level = fields.Integer(required=True)
    enterprises = fields.Integer(required=True)
    planned = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class BaseTable(Schema):
    month = fields.String(required=True)
    version = fields.Integer(required=True)
    items = fields.List(fields.Nested(BaseCell), required=True)


class ChangedUnit(Schema):
    unit = fields.String(required=True)
    before = fields.Nested(Ranked, required=True)
    after = fields.Nested(Ranked, required=True)


class ChangedRow(Counted):
    """The row as it was counted before (``before`` is this edition) or from this edition on (``since``)."""

    since = fields.Integer(required=True)
    before = fields.Integer(required=True, allow_none=True)


class Changed(Schema):
    """What an edition changed, why, and who made it."""

    month = fields.String(required=True)
    version = fields.Integer(required=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    units = fields.List(fields.Nested(ChangedUnit), required=True)
    rows = fields.List(fields.Nested(ChangedRow), required=True)


class UnitMonth(Schema):
    month = fields.String(required=True)
    rank = fields.Integer(required=True, allow_none=True)
    points = fields.Float(required=True, allow_none=True)
    is_last = fields.Boolean(required=True)
    year_effect = fields.Float(required=True)


class UnitYear(Schema):
    """The mean of the published months, and the total after deductions and bonuses."""

    unit = fields.String(required=True)
    rank = fields.Integer(required=True)
    is_own = fields.Boolean(required=True)
    months = fields.List(fields.Nested(UnitMonth), required=True)
    mean = fields.Float(required=True)
    total = fields.Float(required=True)
    band_zh = fields.String(required=True)
    band_en = fields.String(required=True)


class AssessedYear(Schema):
    year = fields.Integer(required=True)
    months = fields.List(fields.Nested(MonthState), required=True)
    items = fields.List(fields.Nested(UnitYear), required=True)
