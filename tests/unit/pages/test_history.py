"""What a page says about a change of an enterprise."""

from typing import Any

from flask import Flask

from services.gateway.pages.history import lines_of, same_answers
from services.gateway.pages.language import COOKIE, register_languages

NO = {"value": False, "origin": "confirmed", "on": "2026-01-01"}
AGAIN = {**NO, "on": "2026-02-01"}
YES = {"value": True, "origin": "confirmed", "on": "2026-02-01"}
REPEATED = {"features": ({"casting": NO, "coating": NO}, {"casting": AGAIN, "coating": YES, "dust": NO})}


def said_in_english(changes: Any) -> tuple[list[str], int]:
    """Give the titles of the lines that are drawn, and the number of answers that were only repeated."""
    app = Flask(__name__)
    register_languages(app)
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=en"}):
        return [f"{line['before']} > {line['after']}" for line in lines_of(changes, {})], same_answers(changes)


class TestHistory:
    def test_counts_answers_that_a_survey_only_repeated_instead_of_listing_them(self) -> None:
        lines, repeated = said_in_english(REPEATED)
        assert repeated == 1
        assert len(lines) == 2

    def test_says_of_a_person_only_that_there_is_another(self) -> None:
        assert said_in_english({"contact_name": ("•", "•")}) == ([" > changed, not shown"], 0)
