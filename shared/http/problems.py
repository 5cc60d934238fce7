"""Every error leaves as a problem document (RFC 9457) with a stable ``code``.

A body that cannot be parsed is 400; one that can be parsed but breaks the schema or a rule is 422.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, json, make_response
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import HTTPException

from shared.database.faults import DATABASE_TROUBLE, Fault, fault_of
from shared.errors import SiseError, Unavailable

MEDIA_TYPE = "application/problem+json"
CODES = {
    400: "malformed_request",
    404: "route_not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "media_type_not_supported",
    422: "invalid_fields",
}
INVALID_FIELDS_DETAIL = "Some fields are not acceptable: correct those that are listed."
AWAY_DETAIL = "The database does not answer now: try again in a moment."
TOO_LARGE_DETAIL = "A request may hold 1 MB, an uploaded file 200 MB: split what you send and send the parts."
BUG_DETAIL = "Something went wrong on our side. Tell support the request id."

log = structlog.get_logger(__name__)


class DatabaseAway(Unavailable):
    code = "database_away"


class FieldError(Schema):
    """One field that is not acceptable; ``field`` is a path such as ``contacts.0.phone``."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class Problem(Schema):
    """The body of every error response (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldError))
    facts = fields.Dict(keys=fields.String())
    request_id = fields.String(required=True)


def register_problems(app: Flask) -> None:
    """Turn every error of ``app`` into a problem document."""
    app.register_error_handler(SiseError, _expected)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, _from_http)
    for trouble in DATABASE_TROUBLE:
        app.register_error_handler(trouble, _database_trouble)
    app.register_error_handler(Exception, _bug)


def problem(status: int, *, code: str, detail: str, **more: Any) -> Response:
    """Return a problem response; empty members of ``more`` (errors, facts) are left out."""
    body = {
        "type": f"urn:sise:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": g.get("request_id", ""),
        **{name: value for name, value in more.items() if value},
    }
    response = make_response(json.dumps(body), status)
    response.content_type = MEDIA_TYPE
    return response


def _expected(error: SiseError) -> Response:
    if error.status >= 500 and error.code == SiseError.code:
        return _bug(error)
    response = problem(error.status, code=error.code, detail=error.detail, facts=error.facts)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="sise"'
    if "retry_after" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after"])
    return response


def _invalid(error: ValidationError) -> Response:
    listed = list(_field_errors(error.messages))
    return problem(422, code=CODES[422], detail=INVALID_FIELDS_DETAIL, errors=listed)


def _from_http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    cause = getattr(error, "exc", None)
    if status == 422 and isinstance(cause, ValidationError):
        return _invalid(cause)
    code = CODES.get(status, error.name.lower().replace(" ", "_"))
    detail = TOO_LARGE_DETAIL if status == 413 else error.description or error.name
    response = problem(status, code=code, detail=detail)
    for name, value in error.get_headers():
        if name in ("Allow", "Location", "Retry-After"):
            response.headers[name] = value
    return response


def _database_trouble(error: Exception) -> Response:
    if fault_of(error) is not Fault.AWAY:
        return _bug(error)
    log.warning("database away", error=repr(error)[:300])
    return _expected(DatabaseAway(AWAY_DETAIL))


def _bug(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return problem(500, code="internal_error", detail=BUG_DETAIL)


def _field_errors(messages: Any, path: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """Flatten marshmallow's nested messages; the first level names the location (json, query, form)."""
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from _field_errors(below, (*path, str(name)))
        return
    is_located = path[:1] in (("json",), ("query",), ("form",), ("files",), ("headers",))
    field = ".".join(path[1:] if is_located and len(path) > 1 else path)
    for message in messages if isinstance(messages, list) else [messages]:
        yield {"field": field, "code": _code_of(str(message)), "detail": str(message)}


def _code_of(message: str) -> str:
    known = {"Missing data": "required", "Unknown field": "unknown_field", "Not a valid": "wrong_type"}
    return next((code for start, code in known.items() if message.startswith(start)), "invalid")
