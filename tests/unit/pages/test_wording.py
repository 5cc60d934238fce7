"""Values in words: marked matches, points, score bands, local paths."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from services.gateway.pages.choices import local_path
from services.gateway.pages.language import CATALOGUES, COOKIE, register_languages
from services.gateway.pages.reasons import answers, bands, score_points
from services.gateway.pages.wording import cited, marked, matched, signed
from tests.support.source import ROOT

DRAWN = re.compile(r"\{\{.*?\}\}|\{% (?:for|set) .*?%\}")
OUR_NOTES = re.compile(
    r"credit-and-|messaging-and-|monitoring-training-|risk-grading|\b(permits|product|contracts)(\.md|:|,? §)|\(S\d"
)
CARD = {
    "base": 100.0,
    "thresholds": [{"at_least": 90.0, "level": 4}, {"at_least": 60.0, "level": 2}],
    "facts": [{"id": "coating", "kind": "flag"}, {"id": "casting", "kind": "flag"}],
}


class TestCiting:
    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("安全生产法 第七十八条", "安全生产法 第七十八条"),
            ("credit-and-inspections §5.4", ""),
            ("第二十一条; risk-grading §4.2, §4.5", "第二十一条"),
            (
                "安监总政法〔2017〕150号; risk-grading §4.4 (frequencies): Sise design",
                "安监总政法〔2017〕150号; 本系统设计",
            ),
        ],
    )
    def test_keeps_the_law_and_leaves_our_own_notes_out(self, written: str, shown: str) -> None:
        assert drawn(written) == shown

    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("permits §5.3: only a signed order stops", "only a signed order stops"),
            ("field names of 双公示 (credit-and-inspections §8.1)", "field names of 双公示"),
            ("GB 30871-2022 permits of work", "GB 30871-2022 permits of work"),
            ("Sise design, after 应急〔2021〕23号", "Sise’s own proposal, after 应急〔2021〕23号"),
        ],
    )
    def test_keeps_english_words_on_an_english_page(self, written: str, shown: str) -> None:
        assert drawn(written, language="en") == shown

    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("permits §5.3: only a signed order stops", ""),
            ("GB 30871-2022 permits of work", "GB 30871-2022"),
            ("安全生产法; 总局令第16号; items chosen by Sise", "安全生产法; 总局令第16号"),
            ("安全生产法 第六十五条: whenever safety cannot be warranted", "安全生产法 第六十五条"),
            ("信用修复管理办法; numbers: Sise design", "信用修复管理办法; 本系统设计"),
            ("Sise design, after 安全生产法 and 应急〔2021〕23号", "本系统设计，参照安全生产法、应急〔2021〕23号"),
            ("浙应急〔2024〕148号 draft: at least 15 % of reports", "浙应急〔2024〕148号（征求意见稿）"),
            ("平台: every day before 10:00, signed by the principal", "平台"),
            ("安全生产法 第七十四条 (everyone may report)", "安全生产法 第七十四条"),
            ("4.2, 5.4.2, annex A", "4.2, 5.4.2, 附录A"),
            ("4.7 gives no measure of an area", "4.7"),
        ],
    )
    def test_leaves_english_words_out_of_a_chinese_page(self, written: str, shown: str) -> None:
        assert drawn(written) == shown

    def test_joins_source_and_clause(self) -> None:
        assert drawn("安全生产法", "第二十一条; risk-grading §4.2") == "安全生产法 第二十一条"
        assert drawn("permits §3.4", None) == ""

    def test_says_the_same_source_once(self) -> None:
        written = "安全生产法 第四十一条 (duty); credit-and-inspections §7 T1 (frequency) · 安全生产法 第四十一条"
        assert drawn(written) == "安全生产法 第四十一条"

    def test_leaves_nothing_of_our_own_notes_in_any_rule(self) -> None:
        tables = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "services").glob("*/rules/*.toml")]
        known = {text for table in tables for text in cited_in(table)}
        assert len(known) > 100
        assert [text for text in known if OUR_NOTES.search(drawn(text))] == []

    def test_is_done_by_every_page_that_draws_a_clause_of_a_rule(self) -> None:
        folder = CATALOGUES.parent / "templates"
        drawing = {
            path.relative_to(folder).parts[0]
            for path in folder.rglob("*.html")
            for shown in DRAWN.findall(path.read_text("utf-8"))
            if re.search(r"\.clause\b", shown) and "cited" not in shown
        }
        assert drawing <= {"documents", "hazards"}  # what people wrote stays as it was written


def cited_in(part: Any) -> Iterator[str]:
    """Give every source and clause that a rule table, or a part of it, names."""
    if isinstance(part, dict):
        yield from (part[name] for name in ("source", "clause") if isinstance(part.get(name), str))
        part = list(part.values())
    for one in part if isinstance(part, list) else ():
        yield from cited_in(one)


def drawn(*texts: str | None, language: str = "zh") -> str:
    app = Flask(__name__)
    register_languages(app)
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={language}"}):
        return cited(*texts)


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
