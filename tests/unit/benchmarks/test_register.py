"""The made-up register must be one that the product accepts whole, or the import would measure refusals."""

from benchmarks.register import COLUMNS, register_rows
from services.registry.domain.credit_code import check

ROWS = 2_000


class TestMadeUpRegister:
    def test_has_a_valid_credit_code_in_every_row(self) -> None:
        assert {check(row[1]).problem for row in register_rows(ROWS)} == {None}

    def test_has_every_credit_code_once(self) -> None:
        assert len({row[1] for row in register_rows(ROWS)}) == ROWS

    def test_fills_every_column(self) -> None:
        assert {len(row) for row in register_rows(ROWS)} == {len(COLUMNS)}

    def test_is_the_same_for_the_same_seed(self) -> None:
        assert list(register_rows(50, seed=7)) == list(register_rows(50, seed=7))
