"""The bureau's own policies of the credit grade: what may be changed, by whom, and from when a policy holds.

A policy is drafted, tried out and adopted by somebody else; it is never edited, only followed by another one.
"""

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from services.credit.domain.ratings import Policy
from services.credit.domain.violations import Named
from shared.errors import Conflict, Refused
from shared.machines import NotAllowed, require

DRAFT, ADOPTED, DROPPED, WITHDRAWN = "draft", "adopted", "dropped", "withdrawn"
STATES = (DRAFT, ADOPTED, DROPPED, WITHDRAWN)
Numbers = Mapping[str, Any]  # all that a policy may change: ``start``, ``months``, ``most_bonus``, and numbers by id
SINGLE = ("start", "months", "most_bonus")
BY_ID = ("starts", "points", "bonuses", "grades", "moves", "needed")


class PolicyUnsuitable(Refused):
    code = "policy_unsuitable"


class PolicyLocked(Refused):
    """What no policy may change."""

    code = "policy_locked"


class DraftExists(Conflict):
    code = "draft_exists"


class NotADraft(Conflict):
    code = "not_a_draft"


class NotTriedOut(Conflict):
    code = "not_tried_out"


class DayTaken(Conflict):
    code = "policy_day_taken"


class PolicyHasBegun(Conflict):
    code = "policy_has_begun"


@dataclass(frozen=True, slots=True)
class Draft:
    """Where a policy stands: who wrote it, which revision it is, and which of them was tried out last."""

    state: str
    written_by: Collection[str]
    revision: int
    tried_revision: int


@dataclass(frozen=True, slots=True)
class Adoption:
    """The first day on which a policy holds, the document that says so, and why."""

    first_day: date
    document: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a policy that is another one than before; ``part`` is the name of its group."""

    part: str
    words: Named
    before: int
    after: int


def numbers_of(policy: Policy) -> dict[str, Any]:
    """Return every number of a policy that another one may change; the last grade has no limit of its own."""
    return {
        **{name: getattr(policy, name) for name in SINGLE},
        "starts": {one.words.id: one.points for one in policy.starts},
        "points": dict(policy.points),
        "bonuses": {one.words.id: one.points for one in policy.bonuses},
        "grades": {one.id: one.least for one in policy.grades[:-1]},
        "moves": {one.words.id: one.steps for one in policy.moves},
        "needed": {one.words.id: one.at_least for one in policy.moves},
    }


def merged(numbers: Numbers, changes: Numbers) -> dict[str, Any]:
    """Return ``numbers`` with those that ``changes`` names; what it does not name stays."""
    fresh = deepcopy(dict(numbers))
    fresh.update({name: changes[name] for name in SINGLE if changes.get(name) is not None})
    for name in BY_ID:
        fresh[name] |= changes.get(name) or {}
    return fresh


def with_numbers(policy: Policy, numbers: Numbers) -> Policy:
    """Return a policy that counts the same kinds of facts by other numbers.

    Raises ``PolicyUnsuitable`` when a better grade would not need more points, ``PolicyLocked`` for a move that the
    list brings with it (§5.4: D, locked).
    """
    new = merged(numbers_of(policy), numbers)
    _check_locked(policy, new)
    _check_limits(new["grades"])
    return replace(
        policy,
        **{name: new[name] for name in SINGLE},
        starts=[replace(one, points=new["starts"][one.words.id]) for one in policy.starts],
        points={fact: new["points"][fact] for fact in policy.points},
        bonuses=[replace(one, points=new["bonuses"][one.words.id]) for one in policy.bonuses],
        grades=[replace(one, least=new["grades"].get(one.id, one.least)) for one in policy.grades],
        moves=[
            replace(one, steps=new["moves"][one.words.id], at_least=new["needed"][one.words.id]) for one in policy.moves
        ],
    )


def differences(before: Policy, after: Policy) -> list[Difference]:
    """Return every number at which two policies of the same kinds of facts differ."""
    words, old, new = _words_of(after), numbers_of(before), numbers_of(after)
    single = [(name, Named(name, "", ""), old[name], new[name]) for name in SINGLE]
    by_id = [(part, words[part, key], old[part].get(key, it), it) for part in BY_ID for key, it in new[part].items()]
    return [Difference(*one) for one in (*single, *by_id) if one[2] != one[3]]


def check_adoption(draft: Draft, adoption: Adoption, *, by: str, today: date, taken: Collection[date]) -> None:
    """Raise unless ``by`` may let a draft hold from its first day on; ``taken`` are the first days of other policies.

    Raises ``NotADraft``, ``NotTriedOut``, ``DayTaken``, and ``NotAllowed`` for who wrote it or a day that has passed.
    """
    check_draft(draft)
    sentence = "Somebody else than who wrote a policy adopts it."
    require(by not in draft.written_by, NotAllowed("drafted_yourself", sentence))
    if draft.tried_revision != draft.revision:
        raise NotTriedOut("Try this draft out first, so that you know whom it moves.")
    sentence = "A policy cannot hold from a day in the past."
    require(adoption.first_day >= today, NotAllowed("first_day_passed", sentence, field="first_day"))
    if adoption.first_day in taken:
        raise DayTaken("Another policy begins on this day: choose another one, or withdraw that.", field="first_day")


def check_draft(draft: Draft) -> None:
    """Raise ``NotADraft`` unless a policy may still be changed."""
    if draft.state != DRAFT:
        raise NotADraft("Only a draft can be changed, adopted or dropped: begin a new one.", state=draft.state)


def check_withdrawal(state: str, first_day: date | None, *, today: date) -> None:
    """Raise ``NotADraft`` for what was never adopted, ``PolicyHasBegun`` for what has held already."""
    if state != ADOPTED or first_day is None:
        raise NotADraft("Only a policy that was adopted can be withdrawn.", state=state)
    if first_day <= today:
        raise PolicyHasBegun("This policy holds already: adopt another one from a later day on.", state=state)


def _check_locked(policy: Policy, numbers: Numbers) -> None:
    for one in policy.moves:
        name = one.words.id
        if one.is_locked and (numbers["moves"][name], numbers["needed"][name]) != (one.steps, one.at_least):
            raise PolicyLocked("Who is on the list has the worst grade: no policy changes that.", field=name)


def _check_limits(limits: Mapping[str, int]) -> None:
    for (better, high), (worse, low) in pairwise([*limits.items(), ("", 0)]):
        if high <= low:
            raise PolicyUnsuitable(f"Grade {better} needs more points than {worse or 'the last'}.", field=better)


def _words_of(policy: Policy) -> dict[tuple[str, str], Named]:
    found = {("points", fact): policy.words[fact] for fact in policy.points}
    found |= {("starts", one.words.id): one.words for one in policy.starts}
    found |= {("bonuses", one.words.id): one.words for one in policy.bonuses}
    found |= {("grades", one.id): Named(one.id, one.id, one.id) for one in policy.grades}
    return found | {(part, one.words.id): one.words for one in policy.moves for part in ("moves", "needed")}
