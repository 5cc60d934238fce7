"""A made-up business register of any size in the columns of the real one, the same for the same seed.

Every credit code is valid and unique; scopes, addresses and the small defects (unknown cells, sums in several
notations, addresses that name no subdistrict or another county) are as frequent as in a real district's register.
"""

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

COLUMNS = (
    *("企业名称", "统一社会信用代码", "注册日期", "企业类型", "注册资金"),
    *("经营范围", "所在省份", "地区", "注册地址"),
)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
AUTHORITY = "331002"
FIRST_DAY, DAYS = date(1985, 1, 1), 14_500

SUBDISTRICTS = tuple(name + "街道" for name in ("海门", "白云", "葭沚", "洪家", "三甲", "下陈", "前所", "章安", "海虹"))
ROADS = tuple(first + second + "路" for first in "东西南北中环新永康" for second in "海江山河大城工兴安")
VILLAGES = tuple(first + second + "村" for first in "上下前后东西杨李" for second in "洋浦塘桥屿林岙")
SYLLABLES = "恒丰瑞盛鑫达永康华星宏泰博创精锐德诚兴隆昌顺海天宇凯利佳源通远明"

# Weight, business in the name, kind of activity, what the scope tells.
TRADES = (
    (14, "塑料制品", "make", "塑料制品、橡胶制品、日用百货"),
    (12, "机械", "make", "缝纫机及配件、机械配件、水泵"),
    (9, "汽车配件", "make", "汽车零部件、摩托车配件、五金件"),
    (6, "五金", "make", "五金配件、金属制品、铝制品抛光"),
    (6, "模具", "make", "模具、塑料件注塑"),
    (3, "压铸", "make", "铝合金压铸件、铸件"),
    (2, "电镀", "make", "金属制品电镀、表面处理"),
    (2, "喷涂", "make", "金属件喷涂、喷塑"),
    (3, "家具", "make", "木制家具、木门、木制品"),
    (2, "化工", "make", "医药中间体、化工产品（不含危险化学品及易制毒化学品）"),
    (2, "涂料", "make", "涂料、油墨、稀释剂"),
    (3, "服装", "make", "服装、鞋帽、针纺织品"),
    (2, "水产食品", "make", "水产品冷冻加工、制冰"),
    (2, "船舶", "make", "船舶修造、船舶配件"),
    (10, "贸易", "sell", "建筑材料、金属材料、五金交电、日用百货"),
    (6, "商行", "sell", "预包装食品、乳制品、卷烟、文具用品"),
    (2, "油品", "sell", "汽油、柴油、润滑油"),
    (1, "液化气", "sell", "瓶装液化气"),
    (3, "运输", "serve", "货运：普通货运、仓储服务、货运代理"),
    (3, "建设", "serve", "房屋建筑工程、市政工程、园林绿化工程施工"),
    (3, "物业服务", "serve", "物业管理、房屋租赁、停车服务"),
    (3, "信息科技", "serve", "计算机软件开发、信息系统集成服务"),
    (2, "餐饮", "serve", "餐饮服务、住宿"),
)
ENDINGS = {
    "make": ("制造、加工、销售。", "制造、加工。", "加工（依法须经批准的项目，经相关部门批准后方可开展经营活动）"),
    "sell": ("批发、零售。", "销售。"),
    "serve": ("。", "（凭有效许可证经营）。"),
}  # fmt: skip
FORMS = ((62, "91", "有限公司", "N/A"), (12, "91", "厂", "个人独资企业"), (8, "91", "厂", "股份合作制"),
         (16, "92", "经营部", "个体工商户"), (2, "93", "专业合作社", "农民专业合作社"))  # fmt: skip


def write_register(file: Path, *, rows: int, seed: int = 4) -> None:
    """Write a register of `rows` lines as CSV (UTF-8, header first)."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(register_rows(rows, seed=seed))


def register_rows(rows: int, *, seed: int = 4) -> Iterator[tuple[str, ...]]:
    """Yield `rows` lines in the order of COLUMNS."""
    chance = random.Random(seed)
    trades, forms = [trade[0] for trade in TRADES], [form[0] for form in FORMS]
    for number in range(rows):
        _, business, kind, goods = chance.choices(TRADES, trades)[0]
        _, category, ending, form = chance.choices(FORMS, forms)[0]
        mark = "".join(chance.choices(SYLLABLES, k=3))
        yield (
            f"台州市椒江{mark}{business}{ending}",
            credit_code(category, number),
            (FIRST_DAY + timedelta(days=chance.randrange(DAYS))).isoformat(),
            form,
            _capital(chance),
            _scope(chance, kind, goods),
            "浙江",
            "台州",
            _address(chance),
        )


def credit_code(category: str, number: int) -> str:
    """Return the valid credit code with the `number`-th made-up organisation code (GB 32100, GB 11714)."""
    organisation = "MA" + _in_base(number, length=6)
    body = category + AUTHORITY + organisation + _organisation_digit(organisation)
    weighted = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return body + ALPHABET[-weighted % 31]


def _in_base(number: int, *, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def _organisation_digit(body: str) -> str:
    weighted = sum(int(character, 36) * weight for character, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-weighted % 11]


def _capital(chance: random.Random) -> str:
    amount = chance.choice((3, 10, 30, 50, 50, 100, 100, 207.4, 500, 1_000, 6_000))
    return chance.choice((f"{amount:,}(万元人民币)", f"{amount}万人民币", f"{amount}(万)", "N/A", "N/A"))


def _scope(chance: random.Random, kind: str, goods: str) -> str:
    if chance.random() < 0.03:
        return "N/A"
    return goods + chance.choice(ENDINGS[kind])


def _address(chance: random.Random) -> str:
    if chance.random() < 0.01:
        return f"台州市路桥区{chance.choice(ROADS)}{chance.randrange(1, 900)}号"
    place = chance.choice(SUBDISTRICTS) if chance.random() < 0.67 else ""
    street = chance.choice(VILLAGES if chance.random() < 0.4 else ROADS)
    return f"{chance.choice(('', '浙江省'))}台州市椒江区{place}{street}{chance.randrange(1, 900)}号"
