"""Requests and responses of the gateway's own routes."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.gateway.domain.flags import FEATURES
from services.gateway.domain.tally import LEVEL_NAMES, level_of
from services.gateway.domain.works import SHOWN
from services.gateway.queries.enterprises import SORTS
from services.gateway.queries.questions import NO_SECTION, PLACEMENTS, Question
from shared.http.paging import Page, PageQuery
from shared.http.trail import TrailEntry, TrailQuery

LONGEST_WORDS = 100
MOST_VALUES = 30
SECTIONS = (NO_SECTION, *"ABCDEFGHIJKLMNOPQRST")


class Choices(fields.Field[tuple[str, ...]]):
    """Values separated by commas, each from a fixed set or of a fixed shape."""

    def __init__(self, is_known: validate.Validator, **options: Any) -> None:
        metadata = {"type": "string", "description": "One value or several, separated by commas."}
        super().__init__(load_default=(), metadata=metadata, **options)
        self._is_known = is_known

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        chosen = tuple(part for part in str(value).split(",") if part)
        validate.Length(max=MOST_VALUES)(chosen)
        for part in chosen:
            self._is_known(part)
        return chosen


class MapQuery(Schema):
    """Filters of the map; those of one name are alternatives, those of different names hold together."""

    level = Choices(validate.OneOf(LEVEL_NAMES))
    division = Choices(validate.Regexp(r"(\d{6}|\d{9})\Z"))
    section = Choices(validate.OneOf(SECTIONS))
    flag = fields.String(load_default="", validate=validate.OneOf(["", *FEATURES]))
    provisional = fields.Boolean(load_default=None)
    placement = Choices(validate.OneOf(list(PLACEMENTS)))

    @post_load
    def ask(self, given: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Put the filters together into one question; other parameters stay beside it."""
        question = Question(
            levels=tuple(sorted(level_of(name) for name in given.pop("level"))),
            divisions=given.pop("division"),
            sections=tuple("" if name == NO_SECTION else name for name in given.pop("section")),
            flag=given.pop("flag"),
            is_provisional=given.pop("provisional"),
            placements=given.pop("placement"),
        )
        return {"question": question, **given}


class ListQuery(PageQuery, MapQuery):
    """Filters, order and page of the list of enterprises."""

    division = Choices(validate.Regexp(r"(\d{6}|\d{9}|\d{12})\Z"))
    q = fields.String(load_default="", validate=validate.Length(max=LONGEST_WORDS))
    uscc = fields.String(load_default="", validate=validate.Length(max=18))
    sort = fields.String(load_default="", validate=validate.OneOf(["", *SORTS, *(f"-{name}" for name in SORTS)]))


class SearchQuery(ListQuery):
    """``facets`` are counted for pages of more than twenty unless it says otherwise."""

    facets = fields.Boolean(load_default=None)


class Mix(Schema):
    """How many enterprises there are of each level, and how many of these are provisional."""

    enterprises = fields.Integer(required=True)
    by_level = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    provisional_by_level = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class Subdistrict(Mix):
    """``unlocated`` are those whose place is known only by subdistrict."""

    division = fields.String(required=True)
    name = fields.String(required=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    unlocated = fields.Nested(Mix, required=True)


class SectionCount(Schema):
    section = fields.String(required=True)
    enterprises = fields.Integer(required=True)


class MapSummary(Mix):
    """``placed``, ``unplaced`` and ``other_county`` add up to ``enterprises``."""

    provisional = fields.Integer(required=True)
    placed = fields.Integer(required=True)
    unplaced = fields.Integer(required=True)
    other_county = fields.Integer(required=True)
    subdistricts = fields.List(fields.Nested(Subdistrict), required=True)
    sections = fields.List(fields.Nested(SectionCount), required=True)


class SubdistrictFeatures(Schema):
    """A GeoJSON FeatureCollection; the geometry of a subdistrict whose point is not known is null."""

    type = fields.Constant("FeatureCollection")
    features = fields.List(fields.Dict(), required=True)


class EnterpriseItem(Schema):
    id = fields.UUID(required=True)
    uscc = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    division = fields.String(required=True)
    subdistrict = fields.String(required=True)
    subdistrict_name = fields.String(required=True)
    industry = fields.String(required=True)
    industry_section = fields.String(required=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    location_precision = fields.String(required=True)
    placement = fields.String(required=True)
    supervision = fields.String(required=True)
    status = fields.String(required=True)
    level = fields.Integer(required=True, allow_none=True)
    colour = fields.String(required=True)
    worst_level = fields.Integer(required=True, allow_none=True)
    provisional = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    updated_at = fields.DateTime(required=True)


class EnterprisePage(Page):
    items = fields.List(fields.Nested(EnterpriseItem), required=True)


class FacetCount(Schema):
    value = fields.String(required=True)
    count = fields.Integer(required=True)
    name = fields.String()


class Facets(Schema):
    """How many enterprises each value of each filter has under the present filters."""

    total = fields.Integer(required=True)
    level = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    provisional = fields.Integer(required=True)
    division = fields.List(fields.Nested(FacetCount), required=True)
    section = fields.List(fields.Nested(FacetCount), required=True)
    placement = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class SearchPage(EnterprisePage):
    facets = fields.Nested(Facets)
    total = fields.Integer()


class EnterpriseFile(Schema):
    """One member per service that keeps a part; the services that did not answer are named."""

    enterprise = fields.Dict()
    risk = fields.Dict(allow_none=True)
    inspections = fields.Dict(allow_none=True)
    permits = fields.Dict(allow_none=True)
    unavailable = fields.List(fields.String(), required=True)


class WorkQuery(PageQuery, MapQuery):
    """Filters and page of the works."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *SHOWN]))
    kind = fields.String(load_default="", validate=validate.Length(max=40))


class WorkItem(Schema):
    """A work; ``precision`` says whose position it is: ``work``, ``enterprise`` or ``subdistrict``, or ``none``."""

    permit_id = fields.UUID(required=True)
    enterprise_id = fields.UUID(required=True)
    name = fields.String(required=True)
    subdistrict = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    longitude = fields.Float(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    accuracy_m = fields.Float(required=True, allow_none=True)
    precision = fields.String(required=True)


class WorkCounts(Schema):
    active = fields.Integer(required=True)
    suspended = fields.Integer(required=True)
    approved = fields.Integer(required=True)


class CommitmentCounts(Schema):
    made = fields.Integer(required=True)
    late = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    disputed = fields.Integer(required=True)


class WorkMap(Schema):
    """At most 2,000 works; ``counts`` count all of them, ``commitments`` are those of ``day``."""

    items = fields.List(fields.Nested(WorkItem), required=True)
    counts = fields.Nested(WorkCounts, required=True)
    left_off = fields.Integer(required=True)
    day = fields.Date(required=True)
    commitments = fields.Nested(CommitmentCounts)


class WorkPage(Page):
    items = fields.List(fields.Nested(WorkItem), required=True)


class Figure(Schema):
    """A number and the address of the rows that it counts."""

    name = fields.String(required=True)
    value = fields.Integer(required=True)
    rows = fields.String(required=True)


class Overview(Schema):
    figures = fields.List(fields.Nested(Figure), required=True)


class ServiceHealth(Schema):
    service = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["up", "not_ready", "down"]))
    detail = fields.String(required=True)
    outbox = fields.Integer(required=True, allow_none=True)
    pending = fields.Integer(required=True, allow_none=True)
    parked = fields.Integer(required=True, allow_none=True)


class SystemHealth(Schema):
    services = fields.List(fields.Nested(ServiceHealth), required=True)


class ParkedList(Page):
    """Parked events of all services, the newest first."""

    items = fields.List(fields.Dict(), required=True)
    unavailable = fields.List(fields.String(), required=True)


class Credentials(Schema):
    username = fields.String(required=True, validate=validate.Length(1, 100))
    password = fields.String(required=True, validate=validate.Length(1, 200), load_only=True)
    back = fields.String(load_default="/", validate=validate.Length(max=500))
    csrf_token = fields.String(load_default="")


class AuditQuery(TrailQuery):
    service = fields.String(load_default="", validate=validate.Length(max=40))


class AuditEntry(TrailEntry):
    service = fields.String(required=True)


class AuditPage(Page):
    items = fields.List(fields.Nested(AuditEntry), required=True)
    unavailable = fields.List(fields.String(), required=True)
