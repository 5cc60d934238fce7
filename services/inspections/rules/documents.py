"""Reads the table of official documents."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from services.inspections.domain.documents import CHECK, HAZARDS, OUTCOME, DocumentField, DocumentRules, Kind, Option
from services.inspections.rules.reading import hazard_rules, table
from shared.machines import UnusableTable
from shared.machines.reading import source_of

Row = Mapping[str, Any]
TYPES = ("line", "long", "date", "choice")


@cache
def document_rules() -> DocumentRules:
    """Return the kinds of documents of this release; raises ``UnusableTable``."""
    return read_documents(table("documents.toml"))


def read_documents(content: Row) -> DocumentRules:
    """Return the kinds of a table; raises ``UnusableTable`` for steps that no hazard takes and types of no form."""
    head = content["documents"]
    kinds = {row["id"]: _kind(row, head) for row in content["kind"]}
    events = set(hazard_rules().machine.events)
    for kind in kinds.values():
        _check(kind, events)
    return DocumentRules(
        number=head["number"],
        area=head["area"],
        agency=head["agency"],
        officers=head["officers"],
        officer_roles=frozenset(head["officer_roles"]),
        most_hazards=head["most_hazards"],
        kinds=kinds,
    )


def _kind(row: Row, head: Row) -> Kind:
    same = ("id", "zh", "en", "mark", "about", "needs_present")
    steps = {name: row.get(name, "") for name in ("level", "event", "undo")}
    is_joint = row.get("is_joint", False)
    fields = tuple(_field(one) for one in row["field"])
    source = source_of(row, head)
    return Kind(**{name: row[name] for name in same}, **steps, is_joint=is_joint, fields=fields, source=source)


def _field(row: Row) -> DocumentField:
    names = ("id", "zh", "en", "type", "is_required")
    options = tuple(Option(**one) for one in row.get("options", ()))
    return DocumentField(**{name: row[name] for name in names}, decides=row.get("decides", False), options=options)


def _check(kind: Kind, events: Collection[str]) -> None:
    steps = [kind.event, kind.undo]
    for field in kind.fields:
        if field.type not in TYPES:
            raise UnusableTable(f"{kind.id}: {field.type} is no type of a field")
        steps += [option.id for option in field.options if field.id == OUTCOME]
    unknown = {step for step in steps if step} - set(events)
    if unknown or kind.about not in (CHECK, HAZARDS):
        raise UnusableTable(f"{kind.id}: about {kind.about}, steps {', '.join(sorted(unknown))}")
