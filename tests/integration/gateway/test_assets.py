"""What pages load lies below the address of its release, and is kept by browsers for good."""

import gzip
from contextlib import closing

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.gateway.pages.assets import STATIC, asset, release

SCRIPT = (STATIC / "js" / "words.js").read_bytes()


def answered(app: Flask, address: str, **headers: str) -> tuple[TestResponse, bytes]:
    with closing(app.test_client().get(address, headers=headers)) as response:
        return response, response.data


class TestFiles:
    def test_of_this_release_are_kept_for_good(self, app: Flask) -> None:
        response, content = answered(app, asset("js/words.js"))

        assert (response.status_code, content) == (200, SCRIPT)
        assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")

    def test_asked_for_by_another_release_are_answered_and_not_kept(self, app: Flask) -> None:
        response, content = answered(app, "/static/0123456789ab/js/words.js")

        assert (response.status_code, content) == (200, SCRIPT)
        assert response.headers["Cache-Control"] == "no-cache"

    @pytest.mark.parametrize("name", ["js/unknown.js", "../settings.py", "js/../../settings.py", "%2e%2e/settings.py"])
    def test_that_are_none_of_ours_are_not_found(self, app: Flask, name: str) -> None:
        assert answered(app, f"/static/{release()}/{name}")[0].status_code == 404

    def test_are_packed_for_who_can_unpack_them(self, app: Flask) -> None:
        response, content = answered(app, asset("js/words.js"), **{"Accept-Encoding": "br, gzip"})

        assert (response.status_code, response.content_encoding, response.vary.to_header()) == (
            200,
            "gzip",
            "Accept-Encoding",
        )
        assert (gzip.decompress(content), response.content_length) == (SCRIPT, len(content))
        assert "ETag" not in response.headers

    def test_are_sent_as_they_are_to_who_refuses_packed_ones(self, app: Flask) -> None:
        response, content = answered(app, asset("js/words.js"), **{"Accept-Encoding": "gzip;q=0, identity"})

        assert (response.content_encoding, content) == (None, SCRIPT)

    def test_are_not_sent_again_to_who_has_them(self, app: Flask) -> None:
        known = answered(app, asset("js/words.js"))[0].headers["ETag"]

        response, content = answered(app, asset("js/words.js"), **{"If-None-Match": known, "Accept-Encoding": "gzip"})

        assert (response.status_code, content) == (304, b"")

    def test_need_no_session(self, app: Flask) -> None:
        assert "Set-Cookie" not in answered(app, asset("css/base.css"))[0].headers


class TestEveryPage:
    def test_loads_files_of_this_release_only(self, app: Flask) -> None:
        text = app.test_client().get("/sign-in").text

        assert text.count("/static/") == text.count(f"/static/{release()}/") > 5
