"""The pages' way to rows: this gateway's own API, asked in the same process.

A page therefore shows exactly what the signed-in user may read through the API: one authorisation, one scope,
one composition of parts, and nothing to keep in step.
"""

from collections.abc import Mapping
from contextvars import copy_context
from typing import Any

from flask import current_app, request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Response

from shared.errors import Forbidden, NotFound, SiseError, Unavailable


class SignedOut(SiseError):
    """There is no live session; the page sends the user to the sign-in form."""

    status = 401
    code = "signed_out"


KINDS: Mapping[int, type[SiseError]] = {401: SignedOut, 403: Forbidden, 404: NotFound}


def read(path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the JSON that ``GET /api/v1/<path>`` answers to the user of the present request."""
    response = _ask(f"/api/v1/{path}", query or {})
    if response.status_code == 200:
        return dict(response.get_json() or {})
    problem = response.get_json(silent=True) or {}
    raise KINDS.get(response.status_code, Unavailable)(problem.get("detail", ""))


def _ask(path: str, query: Mapping[str, Any]) -> Response:
    """Run the request in a context of its own, so that its trace and log fields stay apart from the page's."""
    authorization = request.headers.get("Authorization", "")
    builder = EnvironBuilder(
        path,
        base_url=request.host_url,
        query_string={name: value for name, value in query.items() if value not in ("", None)},
        headers=Headers({"Accept": "application/json", "Authorization": authorization}),
        environ_overrides={"REMOTE_ADDR": request.remote_addr or ""},
    )
    application = current_app.wsgi_app
    return Response(*copy_context().run(run_wsgi_app, application, builder.get_environ(), buffered=True))
