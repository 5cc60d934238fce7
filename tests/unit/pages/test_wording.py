"""Values in words: marked matches, points, score bands, local paths."""

import pytest

from services.gateway.pages.choices import local_path
from services.gateway.pages.reasons import answers, bands, score_points
from services.gateway.pages.wording import marked, matched, signed

CARD = {
    "base": 100.0,
    "thresholds": [{"at_least": 90.0, "level": 4}, {"at_least": 60.0, "level": 2}],
    "facts": [{"id": "coating", "kind": "flag"}, {"id": "casting", "kind": "flag"}],
}


class TestMarking:
    def test_ignores_case(self) -> None:
        assert marked("Blue Star", "star") == "Blue <mark>Star</mark>"

    def test_never_lets_markup_through(self) -> None:
        assert marked("<b>x</b>", "x") == "&lt;b&gt;<mark>x</mark>&lt;/b&gt;"

    def test_takes_the_longer_word_first(self) -> None:
        features = {"coating": {"words": ["ab", "abc"]}}
        assert matched("abc", features) == "<mark>abc</mark>"

    def test_leaves_a_text_without_words_as_it_is(self) -> None:
        assert matched("a & b", None) == "a &amp; b"


class TestPoints:
    @pytest.mark.parametrize(("points", "text"), [(-7.5, "−7.5"), (3.0, "+3"), (0, "–"), (None, "–")])
    def test_carry_their_sign(self, points: float | None, text: str) -> None:
        assert signed(points) == text

    def test_of_the_oldest_grade_come_first(self) -> None:
        grades = [
            {"graded_at": "b", "score": 80.0},
            {"graded_at": "a", "score": None},
            {"graded_at": "0", "score": 9.0},
        ]
        assert score_points(grades) == [("0", 9.0), ("b", 80.0)]


class TestBands:
    def test_reach_from_nothing_to_the_base(self) -> None:
        assert [(band["level"], band["low"], band["high"]) for band in bands(CARD)] == [
            (1, 0.0, 60.0),
            (2, 60.0, 90.0),
            (4, 90.0, 100.0),
        ]

    def test_are_none_without_thresholds(self) -> None:
        assert bands({}) == []


class TestAnswers:
    def test_prefer_what_was_declared(self) -> None:
        sheet = {"register": {"coating": {"value": "yes"}}, "facts": {"coating": {"value": "no"}}}
        assert [(answer["fact"], answer["value"]) for answer in answers(CARD, sheet)] == [("coating", "no")]


class TestLocalPath:
    @pytest.mark.parametrize("text", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
    def test_never_leaves_the_site(self, text: str) -> None:
        assert local_path(text) == "/"

    def test_keeps_a_path_of_the_site(self) -> None:
        assert local_path("/enterprises?level=1") == "/enterprises?level=1"
