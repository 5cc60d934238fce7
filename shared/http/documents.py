"""flask-smorest set up our way: strict arguments, problems instead of its own errors, OpenAPI 3.1."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import Any

import flask_smorest
import marshmallow
import orjson
from flask import Flask, Request
from flask.json.provider import JSONProvider
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.routing import BaseConverter

from shared.http import problems
from shared.http.access import Access, marked
from shared.ids import ID

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class IdConverter(BaseConverter):
    """``<id:enterprise_id>``: a lower-case UUID as text; anything else is 404 before the view runs."""

    regex = ID.pattern


class OrjsonProvider(JSONProvider):
    """JSON by orjson: fast, dates in ISO 8601, Chinese left readable."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return orjson.loads(s)


class StrictParser(FlaskParser):
    """Refuses unknown fields everywhere, other media types than JSON, and NUL characters."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": marshmallow.RAISE,
        "form": marshmallow.RAISE,
        "files": marshmallow.RAISE,
    }

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        body = req.get_data()
        if body and not req.is_json:
            raise UnsupportedMediaType("Send JSON with Content-Type: application/json.")
        if b"\\u0000" in body:
            raise BadRequest("The body contains a NUL character.")
        return super().load_json(req, schema)

    def load_form(self, req: Request, schema: marshmallow.Schema) -> Any:
        if any("\0" in text for text in req.form.values()):
            raise BadRequest("The form contains a NUL character.")
        return super().load_form(req, schema)


class Schema(marshmallow.Schema):
    """What services derive their schemas from. None ever changes, so copies of what is told of a route share it."""

    def __deepcopy__(self, _memo: object) -> "Schema":
        return self


class Blueprint(flask_smorest.Blueprint):
    """A group of routes; see ``shared.http.access`` for the decorators below ``route``."""

    ARGUMENTS_PARSER = StrictParser()

    def register_views_in_doc(self, api: Any, *arguments: Any, **names: Any) -> None:
        """Leave it until somebody asks for the document: it takes longer than all the rest of starting."""
        api.undocumented.append(partial(super().register_views_in_doc, api, *arguments, **names))


class ProblemApi(flask_smorest.Api):
    """Documents every error as a problem and leaves the handling to ``shared.http.problems``."""

    def __init__(self, app: Flask) -> None:
        self.undocumented: list[Callable[[], None]] = []
        self._writing = Lock()
        super().__init__(app)

    def document(self) -> dict[str, Any]:
        """Return the OpenAPI document of everything that is registered."""
        with self._writing:
            while self.undocumented:
                self.undocumented.pop(0)()
            document: dict[str, Any] = self.spec.to_dict()
            for operations in document["paths"].values():
                for method in {"post", "put"} & set(operations):
                    _join_files(operations[method], document["components"]["schemas"])
        return document

    def _register_error_handlers(self) -> None:
        """Handled by ``register_problems``."""

    def _register_responses(self) -> None:
        named = {status.name: status.phrase for status in HTTPStatus}
        for name, description in {**named, "DEFAULT_ERROR": "Problem"}.items():
            content = {problems.MEDIA_TYPE: {"schema": problems.Problem}}
            response = {"description": description, "content": content}
            self.spec.components.response(name, response, lazy=True)


def _join_files(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Make the form and the files of an upload one body of several parts; flask-smorest can tell of one alone."""
    given = operation.get("parameters", ())
    files = [one for one in given if one.get("in") == "formData"]
    if files:
        content = operation["requestBody"]["content"]
        form = schemas[content.pop(FORM)["schema"]["$ref"].rpartition("/")[2]]
        needed = [*form.get("required", ()), *(one["name"] for one in files if one.get("required"))]
        properties = form["properties"] | {one["name"]: one["schema"] for one in files}
        content[MULTIPART] = {"schema": form | {"properties": properties, "required": needed}}
        operation["parameters"] = [one for one in given if one not in files]


def describe_api(app: Flask, service: str) -> ProblemApi:
    """Set ``app`` up for documented routes and serve its OpenAPI document; returns the API to register on."""
    app.json = OrjsonProvider(app)
    app.url_map.converters["id"] = IdConverter
    app.config.update(API_TITLE=f"Sise {service}", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = ProblemApi(app)
    api.register_converter(IdConverter, lambda converter: {"type": "string", "format": "uuid"})
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})

    path = f"/api/v1/{service}/openapi.json"
    app.add_url_rule(path, "openapi", view_func=marked(lambda: api.document(), Access("public_reads")))
    return api
