"""Photos that arrive in parts: which parts there are, and which of them are missing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from shared.machines import NotAllowed, require


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Size of a part in bytes, most photos of one person under way, and how long parts wait for the next one."""

    part_bytes: int
    most_open: int
    keep: timedelta


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file of ``size`` bytes is cut: every part but the last has ``part_bytes``."""

    size: int
    part_bytes: int

    @property
    def offsets(self) -> Sequence[int]:
        """Return where the parts begin."""
        return range(0, self.size, self.part_bytes)

    def missing(self, received: Collection[int]) -> list[int]:
        """Return where the parts begin that are not among the ``received`` ones."""
        return [offset for offset in self.offsets if offset not in received]

    def check_part(self, offset: int, content: bytes, *, digest: str) -> None:
        """Raise ``NotAllowed`` for a part that does not belong there or has changed on its way."""
        length = min(self.part_bytes, self.size - offset)
        is_placed = offset in self.offsets and len(content) == length
        sentence = "This part does not belong here: ask which parts are missing and send those."
        require(is_placed, NotAllowed("part_misplaced", sentence, field="offset", part_bytes=self.part_bytes))
        sentence = "This part was damaged on its way: send it again."
        require(sha256(content).hexdigest() == digest, NotAllowed("part_damaged", sentence, field="sha256"))
