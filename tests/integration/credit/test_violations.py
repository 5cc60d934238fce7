"""The catalogue of acts over HTTP."""

from flask import Flask

from tests.integration.credit.conftest import CREDIT


class TestTheTable:
    def test_is_read_by_everyone_and_cites_the_law(self, app: Flask) -> None:
        shown = app.test_client().get(f"{CREDIT}/violations/table").json
        [act] = [one for one in shown["acts"] if one["code"] == "V-102"]
        assert (act["basis"], act["status"]) == ("安全生产法 第一百零二条", "official")
        assert [one["id"] for one in shown["severities"]] == ["light", "general", "serious"]
