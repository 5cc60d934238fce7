"""The official list of major hazards, and what each item is a breach of."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.machines import NotAllowed, Source

SEEN = "✔"


@dataclass(frozen=True, slots=True)
class MajorHazard:
    """One item; ``label`` tells how well its text is known (✔ and the source, ○ recalled)."""

    code: str
    group: str
    group_zh: str
    group_en: str
    zh: str
    label: str
    clause: str

    @property
    def is_text_seen(self) -> bool:
        """Return whether the whole text was read in a source and not partly recalled."""
        return self.label.startswith(SEEN) and "○" not in self.label


@dataclass(frozen=True)
class Catalogue:
    """The list in one version, by code."""

    id: str
    version: str
    zh: str
    en: str
    source: Source
    items: Mapping[str, MajorHazard]

    def item(self, code: str) -> MajorHazard:
        """Return the item with this code; raises ``NotAllowed`` for an unknown one."""
        if code not in self.items:
            raise NotAllowed("item_unknown", "The official list has no such item: choose one of it.", item=code)
        return self.items[code]
