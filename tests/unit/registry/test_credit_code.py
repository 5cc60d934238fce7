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

    def test_names_the_characters_that_no_code_has(self) -> None:
        assert foreign_characters("91OI00S0O") == "OIS"
