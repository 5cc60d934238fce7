"""Whoever is told that the system is ready can use it at once."""

from typing import Any

import pytest

from tests.support.running import System


class TestReadiness:
    def test_means_that_the_administrator_can_sign_in(self, started: tuple[System, dict[str, Any]]) -> None:
        _, profile = started  # asked for when an empty home had just been started

        assert profile["roles"] == ["administrator", "bureau_officer"]

    @pytest.mark.parametrize("started", ["embedded"], indirect=True)
    def test_means_in_one_process_that_every_service_answers(self, started: tuple[System, dict[str, Any]]) -> None:
        assert started[1]["away"] == []
