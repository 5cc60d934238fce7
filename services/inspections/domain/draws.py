"""Dual-random draws (双随机): objects by weight and officers by lot, replayable by anyone from the stored record.

Everything is whole numbers and SHA-256: the same seed over the same pool draws the same on every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from services.inspections.domain.machines import NotAllowed, require

OFFICERS = 2


@dataclass(frozen=True)
class DrawRules:
    """``algorithm`` names the way of drawing; another way gets another name."""

    algorithm: str
    level_weights: Mapping[int, int]
    credit_weights: Mapping[str, int]
    unknown_credit_weight: int

    def weight(self, *, level: int, credit: str) -> int:
        """Return the weight of an enterprise: risk times credit (浙江条例 第二十一条)."""
        return self.level_weights[level] * self.credit_weights.get(credit, self.unknown_credit_weight)


@dataclass(frozen=True)
class Pool:
    """Who may be drawn, with weight, and who may not, with the reason."""

    weights: Mapping[str, int]
    excluded: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the whole pool, whatever the order in which it was gathered."""
        content = {"weights": dict(self.weights), "excluded": dict(self.excluded)}
        return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True)
class Draw:
    """The record of a draw: with it and the two pools anybody can draw again."""

    algorithm: str
    seed: str
    objects_digest: str
    officers_digest: str
    objects: tuple[str, ...]
    officers: tuple[tuple[str, ...], ...]


def draw(rules: DrawRules, *, objects: Pool, officers: Pool, count: int, seed: str) -> Draw:
    """Draw ``count`` objects, and for each of them two officers; raises ``NotAllowed`` when a pool is too small."""
    available = sum(weight > 0 for weight in objects.weights.values())
    sentence = f"Only {available} enterprises can be drawn: draw fewer, or look at the exclusions."
    require(0 < count <= available, NotAllowed("pool_too_small", sentence, available=available))
    able = sum(weight > 0 for weight in officers.weights.values())
    require(able >= OFFICERS, NotAllowed("too_few_officers", "A draw needs two licensed officers.", available=able))
    drawn = _drawn(objects.weights, count=count, seed=f"{seed}|objects")
    teams = (_drawn(officers.weights, count=OFFICERS, seed=f"{seed}|officers|{one}") for one in drawn)
    return Draw(rules.algorithm, seed, objects.digest, officers.digest, drawn, tuple(teams))


def is_replayed(rules: DrawRules, record: Draw, *, objects: Pool, officers: Pool) -> bool:
    """Return whether drawing again from the record gives the same; raises ``NotAllowed`` for other pools."""
    is_same = (record.objects_digest, record.officers_digest) == (objects.digest, officers.digest)
    require(is_same, NotAllowed("pool_changed", "These are not the pools of this draw: use the stored ones."))
    return draw(rules, objects=objects, officers=officers, count=len(record.objects), seed=record.seed) == record


def _drawn(weights: Mapping[str, int], *, count: int, seed: str) -> tuple[str, ...]:
    """Draw without putting back: each time a number below the sum of weights picks along the sorted ids."""
    left = {name: weights[name] for name in sorted(weights) if weights[name] > 0}
    drawn: list[str] = []
    for turn in range(count):
        ticket = int.from_bytes(sha256(f"{seed}|{turn}".encode()).digest()) % sum(left.values())
        drawn.append(_holder(left, ticket))
        del left[drawn[-1]]
    return tuple(drawn)


def _holder(weights: Mapping[str, int], ticket: int) -> str:
    names: Sequence[str] = list(weights)
    for name in names[:-1]:
        ticket -= weights[name]
        if ticket < 0:
            return name
    return names[-1]
