"""Distances on the ground."""

import pytest

from shared.ground import metres_between


class TestDistance:
    def test_follows_the_earth(self) -> None:
        assert metres_between((121.4, 28.6), (122.4, 28.6)) == pytest.approx(97_630, rel=0.001)

    def test_is_nothing_from_a_place_to_itself(self) -> None:
        assert metres_between((121.4, 28.6), (121.4, 28.6)) == 0
