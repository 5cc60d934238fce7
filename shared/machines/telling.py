"""A machine as everybody may read it: its states, and each row with its clause and its standing."""

from typing import Any

from marshmallow import Schema, fields

from shared.machines.machine import Machine


class NamedState(Schema):
    id = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    is_open = fields.Boolean(required=True)


class TableRow(Schema):
    row = fields.String(required=True)
    state = fields.String(required=True)
    event = fields.String(required=True)
    to = fields.String(required=True)
    guards = fields.List(fields.String(), required=True)
    clause = fields.String(required=True)
    status = fields.String(required=True)


class StateTable(Schema):
    """The way of a thing: its states, and which event leads from which to which."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    states = fields.List(fields.Nested(NamedState), required=True)
    transitions = fields.List(fields.Nested(TableRow), required=True)


def machine_table(machine: Machine) -> dict[str, Any]:
    """Return a machine as a ``StateTable`` shows it."""
    states = [{"id": one.id, "zh": one.zh, "en": one.en, "is_open": one.is_open} for one in machine.states.values()]
    rows = [
        {
            "row": row.row,
            "state": start,
            "event": row.event,
            "to": row.to or start,
            "guards": list(row.guards),
            "clause": row.source.clause,
            "status": row.source.status,
        }
        for (start, _), row in machine.transitions.items()
    ]
    return {"id": machine.id, "version": machine.version, "states": states, "transitions": rows}
