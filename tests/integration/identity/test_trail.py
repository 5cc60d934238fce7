from collections.abc import Callable
from typing import Any

import pytest

TRAIL = "/api/v1/identity/audit"


@pytest.fixture
def trail(as_user: Callable[..., Any], make_account: Callable[..., str]) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that reads the trail as auditor."""
    make_account("chen", roles=("auditor",))
    auditor = as_user("chen")
    return lambda **query: auditor.get(TRAIL, query_string=query).json["items"]


class TestTheTrail:
    def test_shows_the_newest_first(self, trail: Callable[..., Any], sign_in: Callable[..., Any]) -> None:
        sign_in("nobody", "wrong")
        newest = trail()[0]
        assert (newest["subject"], newest["result"]) == ("unknown", "sign_in_refused")

    def test_finds_by_every_column(self, trail: Callable[..., Any], sign_in: Callable[..., Any]) -> None:
        sign_in("nobody", "wrong")
        (only,) = trail(result="sign_in_refused")
        found = [trail(**{name: only[name]}) for name in ("subject", "action", "request_id")]
        assert all(only in entries for entries in found)

    def test_finds_by_time(self, trail: Callable[..., Any]) -> None:
        moment = trail()[0]["at"]
        assert len(trail(since=moment)) == 1
        assert trail(until="2020-01-01T00:00:00Z") == []

    def test_is_not_for_administrators(self, as_user: Callable[..., Any]) -> None:
        assert as_user().get(TRAIL).status_code == 403
