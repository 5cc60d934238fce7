"""Who signs in which role: by the post, or by a mandate in writing; the principal's own only with the letter."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shared.machines import NotAllowed, Source


@dataclass(frozen=True, slots=True)
class SignerRule:
    """``posts`` sign without a mandate; with ``needs_letter`` a mandate counts only with the letter itself."""

    role: str
    posts: frozenset[str]
    needs_letter: bool
    source: Source


@dataclass(frozen=True)
class SignerRules:
    """``posts_of_accounts``: the posts that a role at the sign-in stands for; ``longest_mandate``: of one letter."""

    signers: Mapping[str, SignerRule]
    posts_of_accounts: Mapping[str, frozenset[str]]
    longest_mandate: timedelta


@dataclass(frozen=True, slots=True)
class Mandate:
    """A role that was given to somebody in writing, from the first day to the last."""

    role: str
    starts_on: date
    ends_on: date
    letter_id: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who is about to sign: account, person (empty: not linked), posts and mandates."""

    account_id: str
    person_id: str
    posts: frozenset[str]
    mandates: tuple[Mandate, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """Why somebody may sign in a role: the ``post``, or the ``letter_id`` of a mandate (with an empty post)."""

    role: str
    post: str
    letter_id: str


def posts_of(rules: SignerRules, posts: Collection[str], *, account_roles: Collection[str]) -> frozenset[str]:
    """Return the posts that somebody has by the register, or else those that the roles of the account stand for."""
    if posts:
        return frozenset(posts)
    found = (rules.posts_of_accounts.get(role, frozenset[str]()) for role in account_roles)
    return frozenset[str]().union(*found)


def authority_of(rules: SignerRules, signer: Signer, *, role: str, today: date) -> Authority:
    """Return why ``signer`` may sign in ``role`` today (GB 30871-2022 B.1; Order 13 Art. 7 for the principal).

    Raises ``NotAllowed`` when neither post nor mandate gives the role, or the letter of delegation is missing.
    """
    rule = rules.signers.get(role)
    if rule is None:
        raise NotAllowed("role_unknown", "Nobody signs in this role.", field="role", role=role)
    post = min(rule.posts & signer.posts, default="")
    if post:
        return Authority(role, post, "")
    given = [one for one in signer.mandates if one.role == role and one.starts_on <= today <= one.ends_on]
    if rule.needs_letter and given and not any(one.letter_id for one in given):
        sentence = "The letter of delegation is missing: attach it to the mandate."
        raise NotAllowed("letter_missing", sentence, field="letter_id", clause=rule.source.clause)
    if not given:
        sentence = "You do not sign in this role: who holds the post signs, or gives you the role in writing."
        raise NotAllowed("role_not_yours", sentence, role=role, posts=sorted(rule.posts), clause=rule.source.clause)
    best = max(given, key=lambda one: (bool(one.letter_id), one.ends_on))
    return Authority(role, "", best.letter_id)


def roles_of(rules: SignerRules, signer: Signer, *, today: date) -> list[str]:
    """Return all roles in which ``signer`` may sign today, in the order of the table."""
    return [role for role in rules.signers if _may(rules, signer, role, today=today)]


def check_mandate(rules: SignerRules, role: str, *, starts_on: date, ends_on: date) -> None:
    """Raise ``NotAllowed`` for a mandate of no known role, one that ends before it begins, or that runs too long."""
    if role not in rules.signers:
        raise NotAllowed("role_unknown", "Nobody signs in this role.", field="role", role=role)
    if ends_on < starts_on:
        raise NotAllowed("days_reversed", "This day lies before the first one: correct it.", field="ends_on")
    latest = starts_on + rules.longest_mandate
    if ends_on > latest:
        sentence = "A mandate is given for a year at most: choose an earlier end."
        raise NotAllowed("mandate_too_long", sentence, field="ends_on", latest=latest.isoformat())


def _may(rules: SignerRules, signer: Signer, role: str, *, today: date) -> bool:
    try:
        authority_of(rules, signer, role=role, today=today)
    except NotAllowed:
        return False
    return True
