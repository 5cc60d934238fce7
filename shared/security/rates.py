"""Token buckets in the database: the same limit for all processes, and it survives a restart."""

from datetime import datetime
from math import ceil

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from shared.database import UtcDateTime
from shared.database.chassis import rate_bucket
from shared.errors import SiseError

_KEEP = text(
    "INSERT INTO rate_bucket (key, tokens, updated_at) VALUES (:key, :tokens, :at) "
    "ON CONFLICT (key) DO UPDATE SET tokens = excluded.tokens, updated_at = excluded.updated_at"
).bindparams(bindparam("at", type_=UtcDateTime))


class TooManyRequests(SiseError):
    """The bucket is empty; ``retry_after`` is the number of seconds until it holds a token again."""

    status = 429
    code = "too_many_requests"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many requests: try again in {retry_after} s.", retry_after=retry_after)
        self.retry_after = retry_after


def take_token(session: Session, bucket: str, *, capacity: int, per_second: float, now: datetime) -> None:
    """Take one token from ``bucket``, which holds ``capacity`` and refills by ``per_second``.

    Raises ``TooManyRequests``. Two requests in the same instant may both take the last token: a limit, not a
    lock.
    """
    held = session.execute(select(rate_bucket).where(rate_bucket.c.key == bucket)).one_or_none()
    tokens = float(capacity)
    if held is not None:
        elapsed = max((now - held.updated_at).total_seconds(), 0.0)
        tokens = min(held.tokens + elapsed * per_second, float(capacity))
    if tokens < 1:
        raise TooManyRequests(ceil((1 - tokens) / per_second))
    session.execute(_KEEP, {"key": bucket, "tokens": tokens - 1, "at": now})
