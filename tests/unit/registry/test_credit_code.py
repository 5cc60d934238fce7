"""GB 32100-2015; vectors of risk-grading §5.1."""

import pytest

from services.registry.domain.credit_code import CodeCheck, check, check_digit, foreign_characters

VALID = (
    "91350100M000100Y43",
    "91512081MA62K0260E",
    "914403001922038216",
    "91110108551385082Q",
    "9144030071526726XG",
    "91110000710926094P",
    "91330100799655058B",
    "91330000742004828D",
    "91330000704676287N",
)
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GENUINE_BUT_WRONG = ("91350211M0000XUF46", "91350100M0001TGQXM")


class TestCreditCode:
    @pytest.mark.parametrize("code", VALID)
    def test_accepts_a_valid_code(self, code: str) -> None:
        assert check(code) == CodeCheck(None)

    @pytest.mark.parametrize(
        "code", ["", "123", "91350100M000100Y4Z", "9135O100M000100Y43", "91330000704676287n", "9" * 19]
    )
    def test_tells_a_malformed_code(self, code: str) -> None:
        assert check(code).problem == "format"

    @pytest.mark.parametrize("code", ["913300007046762870", "9133010057462616XH", "91330000704676278N"])
    def test_tells_a_wrong_check_digit(self, code: str) -> None:
        assert check(code).problem == "check_digit"

    @pytest.mark.parametrize("code", GENUINE_BUT_WRONG)
    def test_reports_that_the_organisation_digit_of_an_early_code_fits(self, code: str) -> None:
        assert (check(code).problem, check(code).organisation_digit_fits) == ("check_digit", True)

    def test_tells_the_expected_digit(self) -> None:
        assert check("913300007046762870").expected == "N"

    def test_gives_zero_when_the_sum_divides_by_31(self) -> None:
        assert check_digit("0" * 17) == "0"

    @pytest.mark.parametrize("place", range(17))
    def test_weighs_each_place_as_gb_32100_annex_a_says(self, place: int) -> None:
        body = "0" * place + "1" + "0" * (16 - place)

        assert check_digit(body) == CHARACTERS[31 - WEIGHTS[place]]

    @pytest.mark.parametrize(("value", "character"), list(enumerate(CHARACTERS)))
    def test_gives_each_of_the_31_characters_its_value(self, value: int, character: str) -> None:
        assert check_digit(character + "0" * 16) == CHARACTERS[-value % 31]

    @pytest.mark.parametrize("character", "IOSVZ")
    def test_knows_no_other_letter(self, character: str) -> None:
        assert check("91330000704676287N".replace("N", character)).problem == "format"

    def test_names_the_characters_that_no_code_has(self) -> None:
        assert foreign_characters("91OI00S0O") == "OIS"
