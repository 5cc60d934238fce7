"""The catalogue of acts (credit-and-inspections §4)."""

import pytest

from services.credit.rules import catalogue, check_tables
from shared.machines import NotAllowed


class TestTheCatalogue:
    def test_has_every_act_of_the_law(self) -> None:
        check_tables()
        acts = catalogue().acts
        counts = {article: sum(code.startswith(f"V-{article}-") for code in acts) for article in (97, 98, 99, 101)}
        assert (len(acts), counts) == (42, {97: 7, 98: 4, 99: 8, 101: 5})

    def test_cites_law_and_clause(self) -> None:
        assert catalogue().act("V-114-2").basis == "安全生产法 第一百一十四条第二款"

    def test_knows_the_items_that_are_the_same_omission(self) -> None:
        assert catalogue().act("V-97-7").hazard_items == ("GM-03-02",)

    def test_refuses_an_act_that_it_does_not_have(self) -> None:
        with pytest.raises(NotAllowed) as refusal:
            catalogue().act("V-1")
        assert refusal.value.code == "act_unknown"
