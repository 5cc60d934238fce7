"""How far the lower tiers can be believed: pass rate, refuted self-checks, how many reports to look at again."""

from collections.abc import Mapping
from dataclasses import dataclass

NORMAL, ABNORMAL = "normal", "abnormal"
Answers = Mapping[str, str]  # item -> normal | abnormal | not_applicable


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``all`` things; ``share`` is None when there is nothing to divide by."""

    hits: int
    all: int

    @property
    def share(self) -> float | None:
        return self.hits / self.all if self.all else None


def refuted_items(lower: Answers, upper: Answers) -> list[str]:
    """Return the items that the lower tier declared normal and the upper one found abnormal (§6.6, §7.2)."""
    return [item for item, answer in lower.items() if answer == NORMAL and upper.get(item) == ABNORMAL]


def pass_rate(answers: Answers) -> Rate:
    """Return how many of the items that apply are normal."""
    applying = [answer for answer in answers.values() if answer in (NORMAL, ABNORMAL)]
    return Rate(applying.count(NORMAL), len(applying))


def sample_size(count: int, *, percent: int) -> int:
    """Return how many of ``count`` have to be looked at again so that at least ``percent`` are: rounded up."""
    return -(-count * percent // 100)
