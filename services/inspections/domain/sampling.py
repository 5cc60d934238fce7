"""How far the lower tiers can be believed: refuted self-checks, hit rate of samples, how many to sample."""

from collections.abc import Iterable, Mapping
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


def credibility(pairs: Iterable[tuple[Answers, Answers]]) -> Rate:
    """Return how many items declared normal were refuted, of those that a later tier looked at too."""
    hits = looked_at = 0
    for lower, upper in pairs:
        hits += len(refuted_items(lower, upper))
        looked_at += sum(answer == NORMAL and upper.get(item) in (NORMAL, ABNORMAL) for item, answer in lower.items())
    return Rate(hits, looked_at)


def hit_rate(pairs: Iterable[tuple[Answers, Answers]]) -> Rate:
    """Return in how many samples the upper tier found something that the lower one had missed."""
    missed = [bool(refuted_items(lower, upper)) for lower, upper in pairs]
    return Rate(sum(missed), len(missed))


def sample_size(count: int, *, percent: int) -> int:
    """Return how many of ``count`` have to be looked at again so that at least ``percent`` are: rounded up."""
    return -(-count * percent // 100)
