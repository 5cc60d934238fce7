"""What a client of another agency is told: only the fields that its grant names, of rows and of single documents."""

from collections.abc import Mapping
from typing import Any

from flask import json, make_response

from shared.errors import Forbidden
from shared.http.chassis import principal

PAGE = ("items", "next_cursor")


class NotTellable(Forbidden):
    code = "not_tellable_by_field"


def only_granted(answer: Any) -> Any:
    """Return ``answer`` with nothing but the granted fields; people get it as it is.

    Raises ``NotTellable`` for an answer that is no JSON document, because its fields cannot be told apart.
    """
    allowed = principal().fields
    if allowed is None or answer is None:
        return answer
    response = make_response(answer)
    if response.is_streamed or not isinstance(body := response.get_json(silent=True), Mapping):
        raise NotTellable("This address answers no fields that a grant could name: use the JSON lists.")
    if "items" in body:
        told = {name: body.get(name) for name in PAGE} | {"items": [_picked(row, allowed) for row in body["items"]]}
    else:
        told = _picked(body, allowed)
    response.set_data(json.dumps(told))
    return response


def _picked(row: Mapping[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in allowed}
