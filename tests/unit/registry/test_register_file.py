"""A register file in the middle of being read."""

from io import BytesIO

import pytest

from services.registry.domain.register_file import RegisterFile
from services.registry.domain.rulebook import rulebook
from shared.sheets import FileUnreadable
from tests.unit.registry.registers import HEADER, broken_workbook, csv_text, row_of


def opened(content: bytes) -> RegisterFile:
    return RegisterFile(BytesIO(content), rulebook())  # type: ignore[arg-type]


class TestTake:
    def test_gives_rows_with_content_until_the_end(self) -> None:
        file = opened(csv_text([row_of(1), [], ["", ""], row_of(2)]).encode())

        taken = [file.take(2), file.take(2), file.take(2)]

        assert [[row.number for row in rows] for rows in taken] == [[2], [5], []]

    def test_goes_over_any_number_of_blank_rows(self) -> None:
        file = opened(csv_text([*([[""]] * 50), row_of(1)]).encode())

        assert [row.number for row in file.take(10)] == [52]

    @pytest.mark.parametrize(("rows", "taken"), [(25, [10, 10, 5]), (20, [10, 10])])
    def test_gives_all_rows_before_the_place_where_a_file_breaks_off(self, rows: int, taken: list[int]) -> None:
        file = opened(broken_workbook(rows))

        assert [len(file.take(10)) for _ in taken] == taken
        for _ in range(2):
            with pytest.raises(FileUnreadable, match="damaged"):
                file.take(10)

    def test_goes_on_at_a_cursor(self) -> None:
        file = opened(csv_text([row_of(number) for number in range(9)]).encode())

        file.skip_to(8)

        assert [row.number for row in file.take(10)] == [9, 10]


class TestHeader:
    def test_may_stand_below_a_title(self) -> None:
        file = opened(csv_text([HEADER, row_of(1)], ["企业名册"]).encode())

        assert (file.consumed, file.columns.missing) == (2, ())

    def test_that_lacks_a_column_is_told_by_the_name_of_the_column(self) -> None:
        with pytest.raises(FileUnreadable, match="for 统一社会信用代码: name the columns"):
            opened(csv_text([["样例塑料厂", "椒江"]], ["企业名称", "地址"]).encode())

    def test_is_looked_for_in_the_first_rows_only(self) -> None:
        with pytest.raises(FileUnreadable, match="企业名称、统一社会信用代码"):
            opened(csv_text([*([["note"]] * 10), HEADER], ["title"]).encode())
