"""The words of a page: in the language that its reader chose, and what they are filled in with is no markup."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, render_template_string

from services.gateway.pages.language import COOKIE, phrase, register_languages


@contextmanager
def page(language: str) -> Iterator[None]:
    app = Flask(__name__)
    register_languages(app)
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={language}"}):
        yield


class TestPhrase:
    @pytest.mark.parametrize(("language", "words"), [("zh", "跳到正文"), ("en", "Skip to content")])
    def test_is_of_the_chosen_language(self, language: str, words: str) -> None:
        with page(language):
            assert phrase("shell.skip") == render_template_string("{{ _('shell.skip') }}") == words

    def test_escapes_what_it_is_filled_in_with(self) -> None:
        with page("en"):
            shown = render_template_string("{{ _('import.read', rows=rows, share=7) }}", rows="<b>9</b>")
        assert shown == "&lt;b&gt;9&lt;/b&gt; rows read · 7%"

    def test_of_no_catalogue_is_its_key(self) -> None:
        with page("zh"):
            assert phrase("nobody.knows") == "nobody.knows"

    def test_that_lacks_what_it_is_filled_in_with_fails(self) -> None:
        with page("en"), pytest.raises(KeyError):
            phrase("import.read")
