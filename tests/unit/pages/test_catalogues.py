"""Both languages say everything, and nothing readable is written outside the catalogues."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from services.gateway.pages.language import CATALOGUES, NAMES
from services.identity.domain.accounts import roles
from services.permits.domain.permit_facts import CARRIED_ALONG
from services.permits.rules.suspensions import suspension_rules
from services.permits.schemas.permits import CAUSES
from services.permits.use_cases.stop_orders import STOP_ORDER
from services.risk.rules import rulebook

GATEWAY = CATALOGUES.parent
KEY = re.compile(r"""(?:_|word|gettext)\(\s*["']([a-z_]+\.[A-Za-z0-9_]*[A-Za-z0-9])["']\s*[,)]""")
NAMED = re.compile(r"""["'`]([a-z_]+\.[A-Za-z0-9_]+)["'`]""")
BEGUN = re.compile(r"""["'`]([a-z_]+\.(?:[A-Za-z0-9_]*_)?)(?=["'`]|\$?\{)""")  # the rest of such a key is a value
FACT = re.compile(r"%\((\w+)\)")
PER_CENT = re.compile(r"%(?!\(\w+\)s)")  # what is left after every "%%": no page can be drawn with it
CHINESE = re.compile(r"[一-鿿]")
SOURCES = [
    path
    for folder, kind in (("templates", "*.html"), ("static/js", "*.js"), ("pages", "*.py"))
    for path in sorted((GATEWAY / folder).rglob(kind))
]


def phrases(code: str) -> dict[str, str]:
    with (CATALOGUES / code / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source) if message.id}


class TestCatalogues:
    def test_hold_the_same_keys(self) -> None:
        assert phrases("zh").keys() == phrases("en").keys()

    @pytest.mark.parametrize("code", NAMES)
    def test_leave_nothing_untranslated(self, code: str) -> None:
        assert [key for key, text in phrases(code).items() if not text] == []

    def test_ask_for_the_same_facts(self) -> None:
        facts = [{key: sorted(FACT.findall(text)) for key, text in phrases(code).items()} for code in NAMES]
        assert facts[0] == facts[1]

    @pytest.mark.parametrize("code", NAMES)
    def test_write_a_per_cent_sign_twice(self, code: str) -> None:
        assert [key for key, text in phrases(code).items() if PER_CENT.search(text.replace("%%", ""))] == []

    def test_know_every_key_in_use(self) -> None:
        known = phrases("zh").keys()
        used = {key for path in SOURCES for key in KEY.findall(path.read_text("utf-8"))}
        assert sorted(used - known) == []

    def test_know_no_key_that_nobody_uses(self) -> None:
        texts = [path.read_text("utf-8") for path in SOURCES]
        named = {key for text in texts for key in NAMED.findall(text)}
        begun = tuple({start for text in texts for start in BEGUN.findall(text)})
        assert [key for key in phrases("zh") if key not in named and not key.startswith(begun)] == []

    @pytest.mark.parametrize("path", SOURCES, ids=lambda path: Path(path).name)
    def test_hold_all_the_chinese(self, path: Path) -> None:
        allowed = path.name == "language.py"  # a language names itself
        assert allowed or CHINESE.search(path.read_text("utf-8")) is None

    @pytest.mark.parametrize("code", NAMES)
    def test_have_a_word_for_every_answer_that_is_no_number(self, code: str) -> None:
        known = phrases(code).keys()
        options = {option for fact in rulebook().facts.values() for option in fact.options if not option.isdigit()}
        assert {option for option in options if f"answer.{option}" not in known} == set()

    @pytest.mark.parametrize("code", NAMES)
    def test_have_a_word_for_everything_that_suspends_a_permit(self, code: str) -> None:
        causes = {*CAUSES, *CARRIED_ALONG, STOP_ORDER, *suspension_rules().causes.values()}
        assert sorted({f"permit.cause_{one}" for one in causes} - phrases(code).keys()) == []

    @pytest.mark.parametrize("code", NAMES)
    def test_have_a_word_for_everything_that_a_role_may_do(self, code: str) -> None:
        actions = {action for role in roles().values() for action in role.actions}
        keys = {key for action in actions for key in (f"noun.{action.split(':')[0]}", f"verb.{action.split(':')[1]}")}
        assert sorted(keys - phrases(code).keys()) == []
