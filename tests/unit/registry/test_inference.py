"""What the words of a register row suggest, and what they must not suggest."""

import pytest

from services.registry.domain.enterprise import FEATURES
from services.registry.domain.rulebook import rulebook

RULES = rulebook()


def features_of(scope: str, name: str = "样例有限公司", address: str = "") -> set[str]:
    return set(RULES.suggester.suggest(name=name, scope=scope, address=address).features)


def industry_of(scope: str, name: str = "样例有限公司") -> str:
    return RULES.suggester.suggest(name=name, scope=scope).industry


class TestFeatures:
    @pytest.mark.parametrize(
        ("scope", "feature"),
        [
            ("铸件制造、加工。", "casting"),
            ("铝合金压铸加工。", "molten_metal"),
            ("五金喷漆加工。", "coating"),
            ("五金电镀加工(凭许可证经营)。", "surface_treatment"),
            ("木制品制造、加工。", "organic_dust"),
            ("年产：氧气100吨、氮气100吨", "hazchem_production"),
            ("危险化学品批发（按许可证经营）", "hazchem_trade"),
            ("汽油、柴油零售。", "hazchem_trade"),
            ("危险化学品储存", "hazchem_storage_trade"),
            ("原料药制造。", "hazchem_use"),
            ("水产冷冻加工；制冰。", "ammonia_refrigeration"),
            ("污水处理及再生利用。", "toxic_confined_space"),
            ("烟花爆竹零售", "fireworks"),
            ("瓶装燃气零售", "lpg"),
            ("住宿服务，歌舞厅。", "crowded_place"),
        ],
    )
    def test_are_suggested_by_what_an_enterprise_does(self, scope: str, feature: str) -> None:
        assert feature in features_of(scope)

    @pytest.mark.parametrize(
        "scope",
        [
            "化工产品（不含危险化学品及易制毒化学品）销售",
            "化工产品（除危险品及易制毒品）销售",
            "化工原料（危险化学品除外）批发、零售",
            "除危险化学品外的化工产品销售",
            "农药（不含危险化学品）、农膜零售",
            "不含危险化学品、易制毒化学品的建筑材料销售",
            "非危险化学品销售",
            "化肥、农药销售",
            "化工原料销售",
        ],
    )
    def test_are_not_suggested_by_what_is_excluded_or_not_said(self, scope: str) -> None:
        assert features_of(scope) == set()

    @pytest.mark.parametrize(
        "scope",
        [
            "铸造机械制造",
            "喷漆设备制造",
            "镀锌板加工",
            "预包装食品（含冷藏冷冻食品）零售",
            "酒店用品销售",
            "木工机械制造",
            "硫酸钠制造",
        ],
    )
    def test_are_not_suggested_by_words_that_only_look_alike(self, scope: str) -> None:
        assert features_of(scope) == set()

    def test_need_the_activity_that_makes_them_dangerous(self) -> None:
        assert features_of("铸件、木制品、家具销售") == set()

    def test_follow_from_the_name_too(self) -> None:
        assert "casting" in features_of("", name="样例铸造厂")

    def test_follow_from_an_address_inside_another_company(self) -> None:
        assert features_of("塑料制品制造", address="样例路1号（样例机械有限公司内）") == {"shared_building"}

    def test_do_not_follow_from_the_name_of_a_street(self) -> None:
        assert features_of("塑料制品制造", address="椒江区铸造路1号") == set()

    def test_name_the_words_that_matched(self) -> None:
        assert RULES.suggester.suggest(name="", scope="汽油、柴油零售").features["hazchem_trade"] == ("汽油", "柴油")

    def test_are_all_known_features(self) -> None:
        named = {name for rules in RULES.suggester._feature_rules.values() for rule in rules for name in rule.features}

        assert named <= set(FEATURES)


class TestIndustry:
    @pytest.mark.parametrize(
        ("name", "scope", "code"),
        [
            ("样例塑料厂", "塑料制品制造、加工。", "C2929"),
            ("样例缝纫机配件厂", "缝纫机配件制造。", "C3553"),
            ("样例贸易有限公司", "塑料制品销售。", "F5169"),
            ("样例大药房", "药品零售", "F5251"),
            ("样例加油站", "成品油：汽油、煤油、柴油零售；卷烟零售。", "F5265"),
            ("样例石油分公司", "成品油：汽油、煤油、柴油批发、零售；卷烟零售。", "F5162"),
            ("样例石化油料有限公司", "成品油批发、润滑油销售", "F5162"),
            ("样例广告有限公司", "广告设计、制作。", "L725"),
            ("样例实业", "", ""),
        ],
    )
    def test_is_suggested_by_name_and_scope(self, name: str, scope: str, code: str) -> None:
        assert industry_of(scope, name) == code

    def test_falls_back_to_the_section_of_the_activity(self) -> None:
        assert industry_of("某某用具制造。") == "C"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("2710", "C2710"),
            ("C2710-化学药品原料药制造", "C2710"),
            ("c27", "C27"),
            ("C", "C"),
            ("C99", None),
            ("制造业", None),
        ],
    )
    def test_is_normalised(self, text: str, code: str | None) -> None:
        assert RULES.industries.normalised(text) == code

    def test_has_a_name(self) -> None:
        assert [RULES.industries.name(code) for code in ("C2710", "C2799", "Z")] == [
            "化学药品原料药制造",
            "医药制造业",
            "",
        ]

    def test_names_only_codes_that_exist(self) -> None:
        codes = {code for pair in RULES.suggester._codes.values() for code in (pair.make, pair.sell) if code}

        assert [code for code in codes if RULES.industries.normalised(code) != code] == []
