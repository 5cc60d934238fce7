"""Messages that somebody might send to hurt: broken bytes, wrong types, huge, old and future versions."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from shared.contracts.envelope import BATCH, SINGLE
from tests.support.events import deregistered, logged, registered

STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1.5, "", "a\u0000b", "x" * 70_000, "9" * 400, [], ["a"], {}, {"a": {"b": []}}, "＄{jndi}",
)  # fmt: skip
CONTENT_TYPES = (SINGLE, SINGLE, SINGLE, BATCH, "", "text/plain", "application/json; charset=utf-16")
HUGE = 2_000_000
Wire = tuple[bytes, str]


def hostile_messages(count: int, *, seed: int) -> Iterator[Wire]:
    """Yield body and content type of ``count`` messages, always the same ones for a seed except for their ids."""
    chance = random.Random(seed)
    for number in range(count):
        make = HUGE_ONES if number % 500 == 499 else chance.choice(KINDS)
        yield make(chance), chance.choice(CONTENT_TYPES)


def _good(chance: random.Random) -> dict[str, Any]:
    make: Callable[..., Any] = chance.choice((registered, deregistered))
    found: dict[str, Any] = orjson.loads(logged(make(), sequence=chance.randint(1, 9)).body)
    return found


def _broken_bytes(chance: random.Random) -> bytes:
    body = bytearray(orjson.dumps(_good(chance)))
    for _ in range(chance.randint(1, 8)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body)


def _truncated(chance: random.Random) -> bytes:
    body = orjson.dumps(_good(chance))
    return body[: chance.randrange(len(body))]


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(0, 300))


def _wrong_envelope(chance: random.Random) -> bytes:
    envelope = _good(chance)
    for name in chance.sample(sorted(envelope), chance.randint(1, 3)):
        envelope[name] = chance.choice(STRANGE)
    return _written(envelope)


def _wrong_facts(chance: random.Random) -> bytes:
    envelope = _good(chance)
    for name in chance.sample(sorted(envelope["data"]), chance.randint(1, 3)):
        envelope["data"][name] = chance.choice(STRANGE)
    return _written(envelope)


def _missing_part(chance: random.Random) -> bytes:
    envelope = _good(chance)
    part = chance.choice((envelope, envelope["data"]))
    del part[chance.choice(sorted(part))]
    return _written(envelope)


def _other_version(chance: random.Random) -> bytes:
    envelope = _good(chance)
    stem = envelope["type"].rpartition(".")[0]
    envelope["type"] = chance.choice((f"{stem}.v0", f"{stem}.v2", f"{stem}.v99", stem, "registry.unheard_of.v1"))
    return _written(envelope)


def _more_fields(chance: random.Random) -> bytes:
    envelope = _good(chance)
    envelope["data"]["of_a_later_time"] = chance.choice(STRANGE)
    return _written(envelope)


def _anothers_name(chance: random.Random) -> bytes:
    envelope = _good(chance)
    envelope["source"] = chance.choice(("/sise/gateway", "/sise/identity", "https://example.org", "/sise/registry/"))
    return _written(envelope)


def _deep(chance: random.Random) -> bytes:
    depth = chance.choice((100, 2_000, 60_000))
    return chance.choice((b"[" * depth, b'{"a":' * depth, b"[" * depth + b"]" * depth))


def _mixed_batch(chance: random.Random) -> bytes:
    bodies = [chance.choice((_wrong_envelope, _wrong_facts, _more_fields))(chance) for _ in range(chance.randint(1, 5))]
    return b"[" + b",".join(bodies) + b"]"


def _huge(chance: random.Random) -> bytes:
    envelope = _good(chance)
    envelope["data"]["name"] = "大" * (HUGE // 3)
    return chance.choice((_written(envelope), b"\x00" * HUGE, b'"' + b"x" * HUGE + b'"'))


def _written(envelope: dict[str, Any]) -> bytes:
    return orjson.dumps(envelope)


KINDS = (
    _broken_bytes, _truncated, _noise, _wrong_envelope, _wrong_facts, _missing_part, _other_version, _more_fields,
    _anothers_name, _deep, _mixed_batch,
)  # fmt: skip
HUGE_ONES = _huge
