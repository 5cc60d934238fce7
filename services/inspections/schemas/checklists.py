"""Requests and responses about checklists: what a form shows, drafts and versions, and which list is for whom."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from services.inspections.domain.checklists import MEANINGS, OF_FAULTS, PHOTOS
from services.inspections.queries.checklists import STATES
from services.inspections.schemas.hazards import Named
from services.inspections.schemas.tasks import MOST_ITEMS
from shared.http import Page, PageQuery, Schema
from shared.machines import STATUSES

MOST_SECTIONS, MOST_SETS, MOST_ANSWERS, MOST_CHOICES = 60, 40, 20, 100
# No control characters: a checklist has to fit into a cell of a workbook, too.
LINE = r"^[^\x00-\x1f\x7f\ufffe\uffff]*\Z"
LIST_ID = r"^[A-Z0-9][A-Z0-9-]{0,39}\Z"
PART_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}\Z"
ONE_LINE = validate.Regexp(LINE, error="Write it in one line without control characters.")
AS_PART_ID = validate.Regexp(PART_ID, error="Use 1 to 40 letters, digits, - or _.")
AS_LIST_ID = validate.Regexp(LIST_ID, error="Use 1 to 40 capital letters, digits or -.")


class Line(fields.String):
    """A line of text; spaces around it are not part of it."""

    def __init__(self, longest: int = 500, **options: Any) -> None:
        super().__init__(validate=[validate.Length(max=longest), ONE_LINE], **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        return text.strip() if isinstance(text, str) else text


def part_id(**options: Any) -> fields.String:
    """Return a field with the id of a part of a list."""
    return fields.String(validate=AS_PART_ID, **options)


class Answer(Named):
    meaning = fields.String(required=True)


class ShownIf(Schema):
    item = fields.String(required=True)
    responses = fields.List(fields.String(), required=True)


class ChecklistItem(Named):
    """``photo``: a fault always needs one, ``always`` asks for one whatever the answer."""

    clause = fields.String(required=True)
    weight = fields.Integer(required=True)
    is_mandatory = fields.Boolean(required=True)
    major = fields.String(required=True)
    photo = fields.String(required=True)
    responses = fields.List(fields.Nested(Answer), required=True)
    shown_if = fields.Nested(ShownIf, required=True, allow_none=True)


class ChecklistSection(Named):
    items = fields.List(fields.Nested(ChecklistItem), required=True)


class Checklist(Named):
    version = fields.Integer(required=True)
    source = fields.String(required=True)
    status = fields.String(required=True)
    effective_from = fields.Date(required=True)
    sections = fields.List(fields.Nested(ChecklistSection), required=True)


class Checklists(Schema):
    items = fields.List(fields.Nested(Checklist), required=True)


class ChecklistQuery(Schema):
    """``version``: the one that a task names; without it the one in force."""

    version = fields.Integer(load_default=None, validate=validate.Range(1, 1_000_000))


class ListHead(Schema):
    """Where the list is taken from; ``id``, ``version`` and day are the server's and may be sent back as they are."""

    id = fields.String(validate=AS_LIST_ID)
    version = fields.Integer()
    effective_from = fields.Date()
    zh = Line(200, required=True)
    en = Line(200, required=True)
    source = Line(load_default="")
    clause = Line(load_default="")
    status = fields.String(load_default="design", validate=validate.OneOf(STATUSES))

    @post_load
    def leave_out(self, head: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The server says which list and version it is."""
        return {name: value for name, value in head.items() if name not in ("id", "version", "effective_from")}


class WrittenCondition(Schema):
    """The item appears only when ``item``, further up, was answered with one of ``responses``."""

    item = part_id(required=True)
    responses = fields.List(part_id(), required=True, validate=validate.Length(max=MOST_ANSWERS))


class WrittenItem(Schema):
    """``responses`` names a response set, ``major`` an item of the official list of major hazards."""

    id = part_id(required=True)
    zh = Line(required=True)
    en = Line(required=True)
    clause = Line(required=True)
    responses = part_id(required=True)
    weight = fields.Integer(strict=True, required=True, validate=validate.Range(0, 100))
    is_mandatory = fields.Boolean(load_default=True)
    shown_if = fields.Nested(WrittenCondition, load_default=None, allow_none=True)
    major = fields.String(load_default="", validate=validate.Length(max=40))
    photo = fields.String(load_default=OF_FAULTS, validate=validate.OneOf(PHOTOS))


class WrittenSection(Schema):
    id = part_id(required=True)
    zh = Line(200, required=True)
    en = Line(200, required=True)
    item = fields.List(fields.Nested(WrittenItem), load_default=list, validate=validate.Length(max=MOST_ITEMS))


class WrittenResponse(Schema):
    """``meaning`` is what it says for the loop, ``percent`` how much of the item's weight it earns."""

    id = part_id(required=True)
    zh = Line(60, required=True)
    en = Line(60, required=True)
    meaning = fields.String(required=True, validate=validate.OneOf(MEANINGS))
    percent = fields.Integer(strict=True, required=True, validate=validate.Range(0, 100))


class ResponseSet(Schema):
    id = part_id(required=True)
    responses = fields.List(fields.Nested(WrittenResponse), required=True, validate=validate.Length(max=MOST_ANSWERS))


class Content(Schema):
    """A list as a rule table has it: its head, sections with items, and the response sets that items name."""

    checklist = fields.Nested(ListHead, required=True)
    section = fields.List(fields.Nested(WrittenSection), required=True, validate=validate.Length(max=MOST_SECTIONS))
    set = fields.List(fields.Nested(ResponseSet), required=True, validate=validate.Length(max=MOST_SETS))

    @validates_schema(skip_on_field_errors=True)
    def check_ids(self, content: dict[str, Any], **_: Any) -> None:
        """What a list finds by its id has one of its own; and a check has to be answerable."""
        if doubled := _doubled(content["set"]):
            raise ValidationError(f"Two response sets have the id {doubled}: rename one.", "set")
        for row in content["set"]:
            if doubled := _doubled(row["responses"]):
                raise ValidationError(f"Two answers of {row['id']} have the id {doubled}: rename one.", "set")
        if sum(len(row["item"]) for row in content["section"]) > MOST_ITEMS:
            raise ValidationError(f"A list has at most {MOST_ITEMS} items: make two lists of it.", "section")


def _doubled(rows: list[dict[str, Any]]) -> str:
    ids = [row["id"] for row in rows]
    return next((name for name in ids if ids.count(name) > 1), "")


class VersionQuery(PageQuery):
    """The newest first."""

    checklist = fields.String(validate=AS_LIST_ID)
    state = fields.String(validate=validate.OneOf(STATES))


class VersionHead(Named):
    """``standing``: draft, coming, in_force, superseded, retired or discarded."""

    checklist = fields.String(required=True)
    number = fields.Integer(required=True)
    state = fields.String(required=True)
    standing = fields.String(required=True)
    revision = fields.Integer(required=True)
    based_on = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    created_by = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    changed_by = fields.String(required=True)
    changed_at = fields.AwareDateTime(required=True)
    published_by = fields.String(required=True, allow_none=True)
    effective_from = fields.AwareDateTime(required=True, allow_none=True)
    retired_at = fields.AwareDateTime(required=True, allow_none=True)


class VersionList(Page):
    items = fields.List(fields.Nested(VersionHead), required=True)


class ListProblem(Schema):
    """``where`` is the id of an item, a section or a response set; empty for the list as a whole."""

    where = fields.String(required=True)
    field = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class Version(VersionHead):
    """``problems`` keep a draft from being published."""

    content = fields.Dict(keys=fields.String(), required=True)
    problems = fields.List(fields.Nested(ListProblem), required=True)


class NewVersion(Schema):
    """A draft from a version (``based_on``), or of a list of its own (``id`` with its names)."""

    based_on = fields.UUID()
    id = fields.String(validate=AS_LIST_ID)
    zh = Line(200)
    en = Line(200)
    note = Line(load_default="")

    @validates_schema(skip_on_field_errors=True)
    def check_origin(self, wanted: dict[str, Any], **_: Any) -> None:
        """One of the two."""
        if ("based_on" in wanted) == ("id" in wanted):
            raise ValidationError("Name the version to begin from, or the id of a list of its own.", "based_on")
        if "id" in wanted and not (wanted.get("zh") and wanted.get("en")):
            raise ValidationError("Name the new list in both languages.", "zh")


class AmendedVersion(Schema):
    content = fields.Nested(Content, required=True)
    note = Line(load_default="")


class Publication(Schema):
    effective_from = fields.AwareDateTime(load_default=None, allow_none=True)


class ChangesQuery(Schema):
    """``against``: another version of the same list; without it the one that this is based on."""

    against = fields.UUID(load_default=None)


class ListChange(Schema):
    kind = fields.String(required=True)
    part = fields.String(required=True)
    id = fields.String(required=True)
    field = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)


class ListChanges(Schema):
    items = fields.List(fields.Nested(ListChange), required=True)


class ChoiceRule(Schema):
    """Industries by the beginning of their GB/T 4754 code; no ``tiers`` means all, ``features`` must all be there."""

    checklist = fields.String(required=True, validate=AS_LIST_ID)
    prefixes = fields.List(
        fields.String(validate=validate.Length(max=5)), required=True, validate=validate.Length(1, 50)
    )
    tiers = fields.List(
        fields.Integer(validate=validate.Range(1, 4)), load_default=list, validate=validate.Length(max=4)
    )
    features = fields.List(part_id(), load_default=list, validate=validate.Length(max=20))


class NewChoices(Schema):
    rules = fields.List(fields.Nested(ChoiceRule), required=True, validate=validate.Length(1, MOST_CHOICES))
    note = Line(load_default="")


class Choices(Schema):
    """The first rule that fits decides; ``version`` 0 is the release's."""

    version = fields.Integer(required=True)
    note = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True, allow_none=True)
    rules = fields.List(fields.Nested(ChoiceRule), required=True)
