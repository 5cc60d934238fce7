"""What permits refuses is said in both languages: every code has a sentence in the catalogue of pages."""

import re
from pathlib import Path

from services.gateway.pages.language import CATALOGUES
from services.permits.rules.suspensions import suspension_rules

SERVICE = Path(__file__).parents[3] / "services" / "permits"
CODE = re.compile(r"""NotAllowed\(\s*"(\w+)"|code="(\w+)"|^    code = "(\w+)"|problem\("(\w+)\"""", re.MULTILINE)
NEVER_SHOWN = {"unusable_table"}  # a process with such a table does not start
CAUSES = {"break", "guardian", "gas", "related_gas", "related_permit", "stop_order"} | set(
    suspension_rules().causes.values()
)


def said() -> set[str]:
    text = (CATALOGUES / "zh" / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    return set(re.findall(r'^msgid "(.+)"$', text, re.MULTILINE))


def codes() -> set[str]:
    found = (CODE.findall(path.read_text("utf-8")) for path in SERVICE.rglob("*.py"))
    return {code for matches in found for match in matches for code in match if code}


def test_every_refusal_has_a_sentence() -> None:
    known = said()
    groups = ("problem", "refusal", "reason", "crew")
    assert len(codes()) > 100
    assert {code for code in codes() - NEVER_SHOWN if not any(f"{group}.{code}" in known for group in groups)} == set()


def test_every_cause_of_a_suspension_has_a_word() -> None:
    assert {cause for cause in CAUSES if f"permit.cause_{cause}" not in said()} == set()
