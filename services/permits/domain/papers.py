"""The paper of a permit: what it says is fixed, and anybody who holds it can see whether it is genuine."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from shared.clock import business_date
from shared.machines import end_of

CODE_LENGTH = 20  # of the digest, enough that nobody finds one by trying


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a paper says, the same for the same content."""
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def code_of(digest: str) -> str:
    """Return the code that is printed on a paper with this digest."""
    return digest[:CODE_LENGTH].upper()


def archived_at(ended_at: datetime) -> datetime:
    """Return when a closed permit is archived: in the night after the day of its acceptance (B.3)."""
    return end_of(business_date(ended_at))
