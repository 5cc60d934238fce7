"""The rule tables themselves: sources, dates, and what the reader refuses."""

from decimal import Decimal

import pytest

from services.risk.domain.cards import Card, Matrix
from services.risk.domain.possibilities import UnusableCard
from services.risk.rules import rulebook
from services.risk.rules.reading import read_card, read_policy, table

TABLES = [*rulebook().cards.values(), *rulebook().matrices.values()]


class TestTables:
    @pytest.mark.parametrize("one", TABLES, ids=lambda one: one.id)
    def test_name_source_status_and_first_day(self, one: Card | Matrix) -> None:
        assert one.source.document
        assert one.source.status in {"official", "practice", "design"}
        assert one.source.effective_from.year >= 2016

    def test_list_the_eighteen_processes(self) -> None:
        processes = table("processes.toml")["enumeration"]["processes"]

        assert len({row["zh"] for row in processes}) == len({row["en"] for row in processes}) == 18
        assert rulebook().facts["key_process_kinds"].maximum == 18

    def test_choose_cards_that_exist(self) -> None:
        policy = read_policy(table("policy.toml"))

        assert {one.card for one in policy.selections} <= rulebook().cards.keys()
        assert policy.selections[-1].any_of == ()

    def test_name_facts_that_exist(self) -> None:
        book = rulebook()
        named = {literal.condition.fact for clause in book.clauses for literal in clause}
        named |= {fact for card in book.cards.values() for fact in card.facts} | set(book.inference.features.values())

        assert named == book.facts.keys()

    @pytest.mark.parametrize("card", rulebook().cards.values(), ids=lambda card: card.id)
    def test_give_every_rule_an_item_and_an_id_of_its_own(self, card: Card) -> None:
        written = table("card_chemical.toml" if card.vetoes else "card_general.toml")["rule"]

        assert len({rule.id for rule in card.rules}) == len(card.rules) == len(written)

    def test_know_the_steps_of_the_headcount(self) -> None:
        assert rulebook().headcount_steps == (0, 20, 100, 300)


class TestReader:
    def test_refuses_points_finer_than_a_tenth(self) -> None:
        content = table("card_chemical.toml")
        content["rule"][0]["points"] = Decimal("-0.25")

        with pytest.raises(UnusableCard, match="tenths"):
            read_card(content)
