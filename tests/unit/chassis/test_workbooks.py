"""XLSX as spreadsheet programs write it: shared strings, typed cells, several sheets, gaps."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from shared.sheets import FileUnreadable, open_sheet, xlsx_file

PHONETIC = "<si><r><t>样</t></r><r><t>例</t></r><rPh sb='0' eb='1'><t>yang</t></rPh></si>"
WHOLE = "<si><t>台州市</t></si>"


def workbook(rows: str, *, strings: str = "", sheets: str = '<sheet name="a" r:id="r1"/>', rels: str = "") -> bytes:
    """Return a workbook whose first sheet has these rows and whose table of strings these entries."""
    with xlsx_file([], []) as file:
        source = ZipFile(BytesIO(file.read()))
    link = rels or '<Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
    parts = {name: source.read(name).decode() for name in source.namelist()} | {
        "xl/workbook.xml": f'<workbook xmlns:r="x"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{link}</Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f"<sst>{strings}</sst>"
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def cells_of(content: bytes) -> list[list[str]]:
    return [row.cells for row in open_sheet(BytesIO(content)).rows]


class TestSharedStrings:
    def test_are_put_where_cells_point_to_them(self) -> None:
        rows = '<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c></row>'

        assert cells_of(workbook(rows, strings=PHONETIC + WHOLE)) == [["台州市", "样例"]]

    def test_never_contain_the_hints_how_to_speak_them(self) -> None:
        assert cells_of(workbook('<row><c t="s"><v>0</v></c></row>', strings=PHONETIC)) == [["样例"]]

    @pytest.mark.parametrize("strings", ["", WHOLE])
    def test_that_are_missing_show_that_the_file_is_damaged(self, strings: str) -> None:
        with pytest.raises(FileUnreadable) as refusal:
            cells_of(workbook('<row><c t="s"><v>7</v></c></row>', strings=strings))

        assert refusal.value.code == "file_damaged"

    def test_may_not_swell_without_end(self) -> None:
        bomb = "<si><t>" + "x" * (17 << 20) + "</t></si>"

        with pytest.raises(FileUnreadable) as refusal:
            cells_of(workbook("", strings=bomb))

        assert refusal.value.code == "workbook_too_large"


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            ("<c><v>12.0</v></c>", "12"),
            ("<c><v>2.50</v></c>", "2.50"),
            ('<c t="e"><v>#REF!</v></c>', ""),
            ('<c t="str"><f>A1&amp;B1</f><v>12.0</v></c>', "12.0"),
            ('<c t="b"><v>1</v></c>', "1"),
            ("<c/>", ""),
        ],
        ids=["whole", "decimal", "error", "formula", "boolean", "empty"],
    )
    def test_hold_what_a_person_sees(self, cell: str, text: str) -> None:
        assert cells_of(workbook(f"<row>{cell}</row>")) == [[text]]

    def test_beyond_what_any_register_has_are_left_out(self) -> None:
        rows = '<row><c r="A1"><v>1</v></c><c r="IW1"><v>2</v></c></row>'

        assert cells_of(workbook(rows)) == [["1"]]


class TestSheets:
    def test_without_a_worksheet_are_passed_over(self) -> None:
        sheets = '<sheet name="gone" r:id="r9"/><sheet name="register" r:id="r1"/>'

        assert cells_of(workbook("<row><c><v>1</v></c></row>", sheets=sheets)) == [["1"]]

    def test_may_be_named_from_the_root_of_the_archive(self) -> None:
        link = '<Relationship Id="r1" Target="/xl/worksheets/sheet1.xml"/>'

        assert cells_of(workbook("<row><c><v>1</v></c></row>", rels=link)) == [["1"]]
