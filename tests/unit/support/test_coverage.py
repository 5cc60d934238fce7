"""The gate falls when a rule is not reached, and says where."""

from typing import Any

import pytest

from tests.support.coverage import below, check

RULES, CHASSIS, PAGE = "services/risk/domain/scoring.py", "shared/clock.py", "services/gateway/pages/map.py"


def report(lines: int = 100, *, missing: tuple[int, ...] = (), branches: tuple[tuple[int, int], ...] = ()) -> Any:
    """Return what coverage says of one file with as many branches as lines."""
    summary = {
        "num_statements": lines,
        "num_branches": lines,
        "covered_lines": lines - len(missing),
        "covered_branches": lines - len(branches),
    }
    return {"summary": summary, "missing_lines": missing, "missing_branches": branches}


def files(**changes: Any) -> dict[str, Any]:
    """Return a report in which everything is reached, with files by short name replaced."""
    names = {"rules": RULES, "chassis": CHASSIS, "page": PAGE}
    return {path: changes.get(name, report()) for name, path in names.items()}


def refusal(given: dict[str, Any]) -> str:
    with pytest.raises(SystemExit) as left:
        check(given)
    return str(left.value)


class TestGate:
    def test_opens_when_everything_is_reached(self) -> None:
        assert (
            check(files()) == "Reached by tests: rules and use cases 100.0 %, the chassis 100.0 %, everything 100.0 %"
        )

    def test_opens_at_exactly_ninety_percent_of_the_rest(self) -> None:
        lines = tuple(range(20))

        assert "the chassis 90.0 %" in check(files(chassis=report(missing=lines), page=report(missing=lines)))

    def test_names_the_lines_and_branches_of_a_rule_that_no_test_reaches(self) -> None:
        text = refusal(files(rules=report(missing=(7, 9, 10, 11), branches=((6, 7), (20, 22), (30, -28)))))

        assert "rules and use cases: 96.50 % of lines and branches are reached by tests, 100 % are needed." in text
        assert f"{RULES}: lines 7, 9-11; branches 20 to 22, 30 to the end\n" in text
        assert "Write the test" in text

    def test_names_a_branch_alone(self) -> None:
        assert f"{RULES}: branches 6 to 9\n" in refusal(files(rules=report(branches=((6, 9),))))

    def test_names_the_files_of_the_chassis_that_need_it_most(self) -> None:
        text = refusal(files(chassis=report(missing=tuple(range(21)))))

        assert ("the chassis: 89.50 %" in text, f"{CHASSIS} 90 %" in text, "everything" in text) == (True, True, False)

    def test_counts_all_files_together(self) -> None:
        text = refusal(files(page=report(missing=tuple(range(70)))))

        assert ("everything: 88.33 %" in text, f"{PAGE} 65 %" in text) == (True, True)

    @pytest.mark.parametrize(
        "path", ["services/permits/domain.py", "services/permits/domain/limits.py", "services/new/use_cases/issuing.py"]
    )
    def test_holds_for_services_that_come_later(self, path: str) -> None:
        assert f"{path}: lines 3\n" in refusal({**files(), path: report(missing=(3,))})

    @pytest.mark.parametrize("path", ["services/permits/domains.py", "services/permits/api/domain.py"])
    def test_asks_less_of_everything_else(self, path: str) -> None:
        assert check({**files(), path: report(missing=(3,))})

    def test_stays_shut_when_the_measurement_left_something_out(self) -> None:
        assert "the chassis: the report names no such file" in refusal({RULES: report()})


class TestFolder:
    def test_names_what_is_not_reached_below_it(self) -> None:
        given = files(rules=report(missing=(3, 4)), page=report(missing=(9,)))

        assert below("services/risk", given) == f"{RULES}: lines 3-4\nservices/risk: 99.0 % reached"
