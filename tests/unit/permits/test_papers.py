"""Papers of permits: the digest, the code, the night of archiving, and the year that a permit is kept."""

from datetime import UTC, datetime

import pytest

from services.permits.domain.papers import archived_at, code_of, digest_of
from tests.unit.permits.builders import RULES, china

ENDED = datetime(2026, 3, 3, 9, tzinfo=UTC)
YEAR = RULES.scope.permit_days


class TestDigest:
    def test_is_the_same_for_the_same_content(self) -> None:
        assert digest_of({"a": 1, "b": "票"}) == digest_of({"b": "票", "a": 1})

    def test_changes_with_the_content(self) -> None:
        assert digest_of({"a": 1}) != digest_of({"a": 2})

    def test_gives_the_code(self) -> None:
        assert code_of("ab" * 32) == "AB" * 10


class TestArchive:
    @pytest.mark.parametrize("hour", ["00:00", "09:00", "23:59"])
    def test_is_made_in_the_night_after_the_acceptance(self, hour: str) -> None:
        assert archived_at(china(f"2026-03-03T{hour}")) == china("2026-03-04T00:00")
