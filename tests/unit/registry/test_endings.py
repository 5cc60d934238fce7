"""Leaving the register needs one of the known reasons."""

from datetime import date

import pytest

from services.registry.domain.endings import Ending, EndingMalformed, check_ending


class TestEnding:
    def test_needs_a_reason_of_the_table(self) -> None:
        with pytest.raises(EndingMalformed):
            check_ending(Ending("tired", date(2026, 1, 5), "notice"), status="active", today=date(2026, 1, 6))
