"""The base map: images of another server behind our own address; its key stays here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Response
from flask.testing import FlaskClient

from services.gateway.app import create_app
from services.gateway.settings import Settings, from_env
from shared.settings import BadSettings
from tests.integration.gateway.conftest import ACTIONS
from tests.integration.gateway.neighbours import Neighbour, neighbour
from tests.support.callers import Signer, service_settings
from tests.support.databases import migrated_sqlite

IMAGE = b"\x89PNG\r\n\x1a\n and the rest\n"
PATH = "/api/v1/map/base/0/11/1713/853"


@pytest.fixture
def map_server() -> Iterator[Neighbour]:
    with neighbour() as server:
        server.answers["/tiles"] = lambda: Response(IMAGE, content_type="image/png")
        yield server


def viewer_of(home: Path, **settings: Any) -> FlaskClient:
    settings = service_settings(Settings, home=home, service="gateway", service_urls={}, **settings)
    migrated_sqlite(home / "test.db", "gateway")
    return Signer().client(create_app(settings), actions=ACTIONS, divisions=["331002"])


@pytest.fixture
def viewer(map_server: Neighbour, tmp_path: Path) -> FlaskClient:
    address = f"{map_server.url}/tiles?z={{z}}&x={{x}}&y={{y}}&tk={{key}}"
    return viewer_of(tmp_path, base_map=(address,), base_map_key="secret-key")


class TestBaseMap:
    def test_is_fetched_with_the_key_and_without_the_callers_token(
        self, viewer: FlaskClient, map_server: Neighbour
    ) -> None:
        answer = viewer.get(PATH)

        assert (answer.status_code, answer.content_type, answer.data) == (200, "image/png", IMAGE)
        method, path, headers = map_server.requests[0]
        assert (method, path) == ("GET", "/tiles?z=11&x=1713&y=853&tk=secret-key")
        assert "Authorization" not in headers

    def test_is_asked_for_once_and_may_be_kept(self, viewer: FlaskClient, map_server: Neighbour) -> None:
        answers = [viewer.get(PATH) for _ in range(2)]

        assert ([answer.data for answer in answers], len(map_server.requests)) == ([IMAGE, IMAGE], 1)
        assert answers[0].headers["Cache-Control"] == "private, max-age=604800"

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda: ("quota used up", 403),
            lambda: Response("<script>", content_type="text/html"),
            lambda: Response(b"", content_type="image/png"),
            lambda: Response(bytes((1 << 20) + 1), content_type="image/png"),
            lambda: Response("", 302, {"Location": "http://127.0.0.1:9/"}),
        ],
    )
    def test_that_is_no_image_is_not_passed_on(self, viewer: FlaskClient, map_server: Neighbour, wrong: Any) -> None:
        map_server.answers["/tiles"] = wrong

        answer = viewer.get(PATH)

        assert (answer.status_code, answer.get_json()["code"]) == (503, "base_map_unavailable")
        assert "secret-key" not in answer.text

    def test_that_does_not_answer_tells_no_key(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        viewer = viewer_of(tmp_path, base_map=("http://127.0.0.1:9/{z}/{x}/{y}?tk={key}",), base_map_key="secret-key")

        answer = viewer.get(PATH)

        assert (answer.status_code, "secret-key" in answer.text + caplog.text) == (503, False)

    @pytest.mark.parametrize("path", [PATH.replace("/0/11", "/1/11"), "/api/v1/map/base/0/1/9/9"])
    def test_has_no_other_layer_and_ends_at_its_border(self, viewer: FlaskClient, path: str) -> None:
        assert viewer.get(path).get_json()["code"] == "base_map_unset"

    def test_is_none_by_default(self, tmp_path: Path) -> None:
        assert viewer_of(tmp_path).get(PATH).get_json()["code"] == "base_map_unset"


class TestSettings:
    def test_name_layers_key_and_owner(self, tmp_path: Path) -> None:
        layers = "https://one.example/{z}/{x}/{y}?tk={key} https://two.example/{z}/{x}/{y}"
        environ = {"SISE_HOME": str(tmp_path), "SISE_BASE_MAP": layers, "SISE_BASE_MAP_KEY": "secret-key"}

        settings = from_env({**environ, "SISE_BASE_MAP_CREDIT": "GS(2024)0650"})

        assert (settings.base_map, settings.base_map_credit) == (tuple(layers.split()), "GS(2024)0650")
        assert "secret-key" not in repr(settings)

    @pytest.mark.parametrize("layers", ["https://one.example/{z}/{x}", "ftp://one.example/{z}/{x}/{y}"])
    def test_refuse_what_is_no_address_of_tiles(self, tmp_path: Path, layers: str) -> None:
        with pytest.raises(BadSettings, match="SISE_BASE_MAP"):
            from_env({"SISE_HOME": str(tmp_path), "SISE_BASE_MAP": layers})
