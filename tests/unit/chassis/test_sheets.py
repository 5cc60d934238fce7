"""CSV and XLSX as rows of cells."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from shared.sheets import FileUnreadable, SheetRow, csv_lines, open_sheet, xlsx_file
from shared.sheets.formulas import guarded, unguarded
from tests.unit.registry.registers import HEADER, csv_text, row_of

ROWS = [row_of(number) for number in range(30)]


def read(content: bytes) -> list[SheetRow]:
    return list(open_sheet(BytesIO(content)).rows)


def cells_of(content: bytes) -> list[list[str]]:
    return [row.cells for row in read(content)]


def workbook(rows: list[list[str]]) -> bytes:
    """Return a workbook as this program writes it."""
    with xlsx_file(HEADER, rows) as file:
        return file.read()


def bomb(member: str = "xl/worksheets/sheet1.xml", content: bytes = b" " * (64 << 20)) -> bytes:
    """Return a workbook one member of which is replaced."""
    source, out = ZipFile(BytesIO(workbook([]))), BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, content if name == member else source.read(name))
    return out.getvalue()


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
    def test_is_read_in_every_encoding(self, encoding: str) -> None:
        assert cells_of(csv_text(ROWS).encode(encoding)) == [list(HEADER), *ROWS]

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    @pytest.mark.parametrize("header", [",".join(HEADER), "name,uscc"], ids=["chinese", "ascii"])
    def test_with_a_broken_character_loses_that_row_only(self, encoding: str, header: str) -> None:
        lines = [header.encode(encoding), *(",".join(row).encode(encoding) for row in ROWS)]
        lines[7] = lines[7][:3] + b"\xff" + lines[7][3:]
        rows = read(b"\n".join(lines))

        assert [(row.number, row.problem) for row in rows if row.problem] == [(8, "unreadable_characters")]
        assert [row.cells for row in rows[1:] if not row.problem] == ROWS[:6] + ROWS[7:]

    def test_that_ends_inside_a_character_is_still_read(self) -> None:
        content = csv_text(ROWS).encode().rstrip()[:-1]

        assert cells_of(content)[:-1] == [list(HEADER), *ROWS[:-1]]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_is_read_with_every_delimiter(self, delimiter: str) -> None:
        assert cells_of(f"甲{delimiter}乙\n1{delimiter}2\n".encode()) == [["甲", "乙"], ["1", "2"]]

    def test_never_loses_rows_behind_an_unclosed_quote(self) -> None:
        rows = read(b'a,b\n1,"x\n2,y\n3,z\n')

        assert [(row.number, row.problem) for row in rows] == [(1, ""), (2, "quote_not_closed"), (3, ""), (4, "")]

    def test_forgives_a_quote_inside_a_cell(self) -> None:
        assert cells_of(b'a,b\n1,"x"y\n2,z\n')[1:] == [["1", "xy"], ["2", "z"]]

    def test_keeps_line_breaks_inside_quotes(self) -> None:
        assert cells_of(b'a,b\n1,"x\ny"\n2,z\n')[1:] == [["1", "x\ny"], ["2", "z"]]

    def test_marks_an_endless_line_and_goes_on(self) -> None:
        rows = read(b"a,b\n" + b"x" * 200_000 + b"\n1,2\n")

        assert [(row.number, row.problem) for row in rows] == [(1, ""), (2, "line_too_long"), (3, "")]

    @pytest.mark.parametrize("start", [b'1,"open', b'1,"shut"'], ids=["unclosed", "misplaced"])
    def test_counts_an_endless_line_once_whatever_its_quotes(self, start: bytes) -> None:
        rows = read(b"a,b\n" + start + b"x" * 200_000 + b"\n1,2\n")

        assert [(row.number, row.problem) for row in rows] == [(1, ""), (2, "line_too_long"), (3, "")]

    def test_looks_for_the_end_of_a_quote_in_the_lines_nearby_only(self) -> None:
        rows = read(b'a,b\n1,"open\n' + b"2,x\n" * 60 + b'3,"y"\n')

        assert [row.number for row in rows if row.problem] == [2]
        assert (len(rows), rows[-1].cells) == (63, ["3", "y"])

    def test_may_have_a_long_cell_between_quotes(self) -> None:
        assert cells_of(b'a,b\n1,"' + b"x" * 70_000 + b'"\n2,y\n')[1:] == [["1", "x" * 70_000], ["2", "y"]]


class TestXlsx:
    def test_is_read_as_this_program_writes_it(self) -> None:
        assert cells_of(workbook(ROWS)) == [list(HEADER), *ROWS]

    def test_is_read_as_others_write_it(self) -> None:
        book, out = openpyxl.Workbook(), BytesIO()
        for row in (HEADER, *ROWS, ["", 5, 2.5, True]):
            book.active.append(row)
        book.save(out)

        assert cells_of(out.getvalue()) == [list(HEADER), *ROWS, ["", "5", "2.5", "1"]]

    def test_may_leave_cells_out(self) -> None:
        book, out = openpyxl.Workbook(), BytesIO()
        book.active["C2"] = "x"
        book.save(out)

        assert [(row.number, row.cells) for row in read(out.getvalue())][-1] == (2, ["", "", "x"])

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "old_excel"),
            (b"PK\x03\x04 nothing", "file_damaged"),
            (b"abc\x00" + b"a" * 100, "file_binary"),
            (bomb(), "workbook_too_large"),
            (bomb(content=b"<worksheet><row><c>"), "file_damaged"),
            (bomb(content=b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'), "file_forbidden"),
            (bomb("xl/workbook.xml", b"<workbook/>"), "no_sheet"),
            (workbook(ROWS)[:-200], "file_damaged"),
        ],
        ids=["empty", "xls", "broken", "binary", "bomb", "cut xml", "entities", "no sheet", "cut"],
    )
    def test_tells_what_is_wrong_with_a_file(self, content: bytes, code: str) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            read(content)

        assert refusal.value.code == code


class TestWriting:
    def test_lets_no_cell_be_a_formula(self) -> None:
        assert "'=1+1" in "".join(csv_lines(["a"], [["=1+1"]]))

    def test_writes_what_it_reads(self) -> None:
        assert cells_of("".join(csv_lines(HEADER, ROWS)).encode()) == [list(HEADER), *ROWS]

    def test_hands_a_long_register_over_in_pieces(self) -> None:
        pieces = list(csv_lines(["a"], ([str(number)] for number in range(1200))))

        assert len(pieces) == 3
        assert cells_of("".join(pieces).encode())[1:] == [[str(number)] for number in range(1200)]


class TestGuard:
    @pytest.mark.parametrize("cell", ["=1+1", "+86", "-2", "@SUM(A1)"])
    def test_is_taken_off_again(self, cell: str) -> None:
        assert (guarded(cell)[0], unguarded(guarded(cell))) == ("'", cell)

    def test_leaves_ordinary_text_alone(self) -> None:
        assert guarded("样例") == "样例"
