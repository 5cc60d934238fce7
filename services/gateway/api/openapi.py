"""One OpenAPI 3.1 document for the whole platform, merged from those of the services."""

import threading
from functools import partial
from typing import Any, cast

from flask import current_app
from werkzeug.sansio.response import Response

from services.gateway.composition import composer
from services.gateway.domain.openapi import merge
from services.gateway.neighbours import neighbours
from shared.http import Blueprint, now
from shared.http.access import Access, marked

EXTENSION = "sise_openapi"
FRESH_SECONDS = 60

blp = Blueprint("openapi", __name__, url_prefix="/api/v1", description="This document")


class MergedDocument:
    """The merged document, made again every minute, and at every request while a service is missing in it."""

    def __init__(self) -> None:
        self._document: dict[str, Any] | None = None
        self._made_at = 0.0
        self._lock = threading.Lock()

    def get(self) -> dict[str, Any]:
        """Return the document."""
        moment = now().timestamp()
        with self._lock:
            is_whole = self._document is not None and not self._document["x-unavailable"]
            if not is_whole or moment - self._made_at > FRESH_SECONDS:
                self._document, self._made_at = _merged(), moment
            return cast(dict[str, Any], self._document)


@blp.route("/openapi.json", methods=["GET"])
@blp.response(200)
def openapi() -> Response:
    """The API of all services; ``x-unavailable`` names those that did not answer."""
    return current_app.json.response(current_app.extensions[EXTENSION].get())


marked(openapi, Access("public_reads"))


def _merged() -> dict[str, Any]:
    services = neighbours().clients
    documents = composer().ask(
        {name: partial(services[name].get_json, f"/api/v1/{name}/openapi.json") for name in services}
    )
    own = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].document()
    merged = merge({**documents, "gateway": own}, first="gateway")
    return {**merged, "x-unavailable": [name for name in services if name not in documents]}
