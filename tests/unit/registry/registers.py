"""Generated registers: rows that look like those of other systems and belong to nobody."""

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

from services.registry.domain.credit_code import check_digit
from shared.sheets import xlsx_file

HEADER = (
    "企业名称",
    "统一社会信用代码",
    "注册日期",
    "企业类型",
    "注册资金",
    "经营范围",
    "所在省份",
    "地区",
    "注册地址",
)
SHEET = "xl/worksheets/sheet1.xml"
SUBDISTRICTS = ("海门街道", "白云街道", "葭沚街道", "洪家街道", "三甲街道")


def code_of(number: int) -> str:
    """Return the valid credit code number `number`."""
    body = f"91331002{number:09d}"
    return body + check_digit(body)


def row_of(number: int, **changes: str) -> list[str]:
    """Return one register row; `changes` replace cells by header."""
    cells: Mapping[str, str] = {
        "企业名称": f"样例{number}塑料厂",
        "统一社会信用代码": code_of(number),
        "注册日期": "2001-02-03",
        "企业类型": "N/A",
        "注册资金": "50(万元人民币)",
        "经营范围": "塑料制品制造、加工。",
        "所在省份": "浙江",
        "地区": "台州",
        "注册地址": f"台州市椒江区{SUBDISTRICTS[number % 5]}样例路{number}号",
    }
    return list({**cells, **changes}.values())


def csv_text(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> str:
    """Return a CSV text with the header on top."""
    buffer = StringIO()
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue()


def csv_bytes(count: int, *, encoding: str = "utf-8") -> bytes:
    """Return a register of `count` good rows."""
    return csv_text([row_of(number) for number in range(count)]).encode(encoding)


def broken_workbook(count: int) -> bytes:
    """Return a register as workbook whose XML breaks off after `count` whole rows."""
    with xlsx_file(HEADER, [row_of(number) for number in range(count)]) as file:
        source, out = ZipFile(BytesIO(file.read())), BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as archive:
            for name in source.namelist():
                content = source.read(name)
                archive.writestr(name, content.replace(b"</sheetData>", b"<row><c><") if name == SHEET else content)
    return out.getvalue()
