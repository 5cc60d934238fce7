"""The pages' way to rows: this gateway's own API, asked in the same process.

A page therefore shows exactly what the signed-in user may read through the API: one authorisation, one scope,
one composition of parts, and nothing to keep in step. What the gateway would only forward is asked of the service at
once: the same request gets the same answer, and counts as one.
"""

from collections.abc import Mapping
from contextvars import Context
from typing import Any

import orjson
from flask import current_app, g, request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Response

from services.gateway import forwarding
from services.gateway.limits import take_request
from shared.errors import Forbidden, NotFound, SiseError, Unavailable
from shared.http.paging import LARGEST_LIMIT
from shared.security.rates import TooManyRequests


class SignedOut(SiseError):
    """There is no live session; the page sends the user to the sign-in form."""

    status = 401
    code = "signed_out"


class Refusal(SiseError):
    """What the API refused: ``reason`` is its stable code, ``detail`` its sentence, with the fields it names.

    ``facts`` are what the sentence of another language fills in.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        fields = "; ".join(f"{one['field']}: {one['detail']}" for one in problem.get("errors", ()))
        super().__init__(" ".join(part for part in (problem.get("detail", ""), fields) if part))
        self.status = status
        self.reason = str(problem.get("code", ""))
        self.facts = dict(problem.get("facts", {}))


KINDS: Mapping[int, type[SiseError]] = {401: SignedOut, 403: Forbidden, 404: NotFound}


def read(path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the JSON that ``GET /api/v1/<path>`` answers to the user of the present request."""
    address, asked = f"/api/v1/{path}", query or {}
    service = forwarding.service_behind(address)
    status, content = _of_service(service, address, asked) if service else _of_gateway(address, asked)
    if status == 200:
        return content
    raise KINDS.get(status, Unavailable)(content.get("detail", ""))


def found(path: str, key: str) -> dict[str, Any]:
    """Return what ``GET /api/v1/<path>/<key>`` answers to who typed the key in; nothing for one that nobody has."""
    if not (key.isascii() and key.isalnum()):
        return {}
    try:
        return read(f"{path}/{key}")
    except NotFound:
        return {}


def read_all(path: str, query: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return every item of the list ``GET /api/v1/<path>``, page by page: what is chosen from must not be cut off."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = read(path, {**(query or {}), "limit": LARGEST_LIMIT, "cursor": cursor})
        items += answer["items"]
        cursor = answer["next_cursor"]
    return items


def send(
    method: str,
    path: str,
    *,
    content: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Send ``content`` as JSON to ``/api/v1/<path>`` as the user of the present request and return the answer.

    Raises ``Refusal`` with what the API said no to, ``SignedOut``, ``Unavailable``.
    """
    return _answered(_ask(f"/api/v1/{path}", query or {}, method=method, json=content, headers=headers or {}))


def send_form(path: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """Post ``form``, which may hold files (stream, name), to ``/api/v1/<path>``; raises as ``send`` does."""
    return _answered(_ask(f"/api/v1/{path}", {}, method="POST", data=dict(form), content_type="multipart/form-data"))


def _of_gateway(address: str, query: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    response = _ask(address, query)
    return response.status_code, dict(response.get_json(silent=True) or {})


def _of_service(service: str, address: str, query: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    try:
        take_request()
        answer = forwarding.ask(service, address, query=_given(query))
    except (TooManyRequests, Unavailable) as problem:
        raise Unavailable(problem.detail) from problem
    is_json = "json" in answer.headers.get("Content-Type", "")
    return answer.status_code, dict(orjson.loads(answer.content) if is_json else {})


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value not in ("", None)}


def _answered(response: Response) -> dict[str, Any]:
    content = response.get_json(silent=True) or {}
    if response.status_code < 300:
        return dict(content)
    if response.status_code == 401:
        raise SignedOut(content.get("detail", ""))
    if response.status_code >= 500:
        raise Unavailable(content.get("detail", ""))
    raise Refusal(response.status_code, content)


def _ask(path: str, query: Mapping[str, Any], *, headers: Mapping[str, str] | None = None, **content: Any) -> Response:
    """Run the request in an empty context, so that nothing of it (``g``, trace, log fields) is taken for the page's."""
    known = {
        "Accept": "application/json",
        "Authorization": request.headers.get("Authorization", ""),
        "X-Request-Id": g.request_id,
    }
    given = {name: value for name, value in content.items() if value is not None}
    builder = EnvironBuilder(
        path,
        base_url=request.host_url,
        query_string=_given(query),
        headers=Headers({**{name: value for name, value in known.items() if value}, **(headers or {})}),
        environ_overrides={"REMOTE_ADDR": request.remote_addr or ""},
        **given,
    )
    application = current_app.wsgi_app
    return Response(*Context().run(run_wsgi_app, application, builder.get_environ(), buffered=True))
