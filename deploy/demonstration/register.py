"""Generates a business register in the columns of a real export, with the defects that real ones have.

The same seed gives the same rows. Roughly a third of the addresses name no subdistrict, a few lie in another
county, one enterprise in eight has coordinates, some cells are empty or badly typed.
"""

import csv
import random
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from services.registry.domain.credit_code import check_digit, organisation_digit

COLUMNS = (
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
EXTRA_COLUMNS = ("从业人数", "经度", "纬度", "坐标系")
AUTHORITY = "91331002"
FIRST_DAY = date(1995, 1, 1)
DAYS = 9_000
SPREAD = 0.012  # degrees round the point of a subdistrict, about a kilometre


def register_rows(count: int, *, seed: int = 331002, first: int = 0) -> Iterator[dict[str, str]]:
    """Give `count` rows, each a mapping from column to cell; names and credit codes are unique.

    `first` is the running number of the first row, by which names and codes differ from those of another register.
    """
    words = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose, protects nothing
    shares = [trade["share"] for trade in words["trade"]]
    for number in range(first, first + count):
        trade = chance.choices(words["trade"], shares)[0]
        yield _with_defects(_row(number, trade, words=words, chance=chance), number)


def write_register(path: Path, count: int, *, seed: int = 331002, first: int = 0) -> Path:
    """Write the register as a CSV file (UTF-8 with byte order mark, as spreadsheets write it) and return its path."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, *EXTRA_COLUMNS])
        writer.writeheader()
        writer.writerows(register_rows(count, seed=seed, first=first))
    return path


def _row(number: int, trade: dict[str, Any], *, words: dict[str, Any], chance: random.Random) -> dict[str, str]:
    place = chance.choice(words["subdistrict"])
    brand = chance.choice(words["first"]) + chance.choice(words["second"])
    registered = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    return {
        "企业名称": f"台州{brand}{number:04}号{trade['name']}{chance.choice(words['ends'])}{words['mark']}",
        "统一社会信用代码": credit_code(number),
        "注册日期": registered.isoformat(),
        "企业类型": chance.choice(("有限责任公司", "个体工商户", "股份有限公司", "N/A")),
        "注册资金": f"{chance.choice((10, 50, 100, 500, 1000))}(万)",
        "经营范围": trade["scope"],
        "所在省份": "浙江",
        "地区": "台州",
        "注册地址": _address(place["name"], words=words, chance=chance),
        "从业人数": str(chance.randint(1, trade["people"])) if chance.random() < 0.7 else "",
        **_coordinates(place, chance),
    }


def credit_code(number: int) -> str:
    """Return a valid unified social credit code (GB 32100-2015) for a running number below 100,000,000."""
    organisation = f"{number:08}"
    body = AUTHORITY + organisation + organisation_digit(organisation)
    return body + check_digit(body)


def _address(subdistrict: str, *, words: dict[str, Any], chance: random.Random) -> str:
    house = f"{chance.choice(words['roads'])}{chance.randint(1, 999)}号"
    kind = chance.random()
    if kind < 0.62:
        return f"浙江省台州市椒江区{subdistrict}{house}"
    if kind < 0.95:
        return f"台州市椒江区{chance.choice(['', *words['zones']])}{house}"
    return f"台州市{chance.choice(('黄岩区', '路桥区'))}{house}"


def _coordinates(place: dict[str, Any], chance: random.Random) -> dict[str, str]:
    if chance.random() > 0.125:
        return {"经度": "", "纬度": "", "坐标系": ""}
    east, north = (place[axis] + chance.uniform(-SPREAD, SPREAD) for axis in ("longitude", "latitude"))
    return {"经度": f"{east:.6f}", "纬度": f"{north:.6f}", "坐标系": "WGS84"}


def _with_defects(row: dict[str, str], number: int) -> dict[str, str]:
    """Give some rows the defects of real files; all of them can be mended without asking."""
    if number % 97 == 5:
        row["统一社会信用代码"] = row["统一社会信用代码"].lower()
    if number % 61 == 7:
        row["企业名称"] = f" {row['企业名称']}　"
    if number % 43 == 11:
        row["注册日期"] = row["注册日期"].replace("-", "/")
    return row
