"""People of an enterprise: their posts, and what may be said about them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from shared.errors import Conflict, NotFound, Refused

_RULES = Path(__file__).parents[1] / "rules" / "posts.toml"
_IDENTITY = re.compile(r"\d{17}[\dX]\Z")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


class PersonNotFound(NotFound):
    code = "person_not_found"


class PersonExists(Conflict):
    code = "person_exists"


class PersonLeftAlready(Conflict):
    code = "person_left_already"


class PostUnknown(Refused):
    code = "post_unknown"


class PostMissing(Refused):
    code = "post_missing"


class IdentityMalformed(Refused):
    code = "identity_malformed"


class SearchEmpty(Refused):
    code = "search_empty"


@cache
def posts() -> Mapping[str, Mapping[str, Any]]:
    """Return the posts of rules/posts.toml by id, in the order of the table."""
    return {row["id"]: row for row in tomllib.loads(_RULES.read_text("utf-8"))["post"]}


@cache
def _post_by_word() -> Mapping[str, str]:
    return {word: post for post, row in posts().items() for word in (post, *row["words"])}


def post_named(word: str) -> str | None:
    """Return the post that a file calls `word`, None for an unknown word."""
    return _post_by_word().get(word.strip().lower())


def check_posts(wanted: Collection[str]) -> None:
    """Raise `PostMissing` without any post, `PostUnknown` for one that is not in the table."""
    if not wanted:
        raise PostMissing("Give the person at least one post.", posts=list(posts()))
    for post in wanted:
        if post not in posts():
            raise PostUnknown("There is no such post.", post=post, posts=list(posts()))


def is_identity(number: str) -> bool:
    """True for an identity card number of 18 characters whose check digit fits (GB 11643-1999)."""
    if not _IDENTITY.match(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == number[17]


def check_identity(number: str) -> None:
    """Raise `IdentityMalformed` unless `number` is empty or an identity card number; the number is not repeated."""
    if number and not is_identity(number):
        raise IdentityMalformed("This is no identity card number: compare its 18 characters with the card.")


def key_of(*, identity: str, phone: str, name: str) -> str:
    """Return by what one human being of an enterprise is told from others: card, else phone, else name."""
    return f"identity:{identity}" if identity else f"phone:{phone}" if phone else f"name:{name}"
