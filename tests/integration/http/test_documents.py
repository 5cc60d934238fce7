"""The OpenAPI documents of the services: what an agency reads before it writes its first line."""

from pathlib import Path
from typing import Any

import pytest

from shared.services import load, service_names

KNOWN_PLACES = {"path", "query", "header", "cookie"}  # OpenAPI 3.1, parameter object, "in"


def document_of(service: str, home: Path, *, asked: int = 1) -> dict[str, Any]:
    """Return the document of a service as the last of several who ask for it get it."""
    app = load(service).create_app(load(service).settings_from_env({"SISE_HOME": str(home)}))
    with app.app_context():
        answers = [app.view_functions["openapi"]() for _ in range(asked)]
    document: dict[str, Any] = answers[-1]
    return document


def parameters_of(told: Any) -> list[dict[str, Any]]:
    """Return the parameters of an operation, or those that all operations of a path share."""
    return told if isinstance(told, list) else told.get("parameters", [])


class TestDocument:
    @pytest.mark.parametrize("service", service_names())
    def test_puts_parameters_where_openapi_knows_places(self, service: str, tmp_path: Path) -> None:
        paths = document_of(service, tmp_path)["paths"].values()

        places = {one["in"] for path in paths for told in path.values() for one in parameters_of(told)}

        assert "query" in places
        assert places <= KNOWN_PLACES

    @pytest.mark.parametrize("asked", [1, 2])
    def test_takes_form_and_file_of_an_upload_for_one_body(self, tmp_path: Path, asked: int) -> None:
        upload = document_of("permits", tmp_path, asked=asked)["paths"]["/api/v1/permits/attachments"]["post"]

        ((media_type, body),) = upload["requestBody"]["content"].items()
        assert media_type == "multipart/form-data"
        assert body["schema"]["required"] == ["enterprise_id", "taken_at", "file"]
        assert body["schema"]["properties"]["file"] == {"type": "string", "format": "binary"}
