"""One pass over a text finds every word of a table: a trie written as one regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_END = ""


def alternation(words: Iterable[str]) -> re.Pattern[str]:
    """Compile a pattern that finds the longest of `words` at each place; without words it finds nothing."""
    trie: dict[str, Any] = {}
    for word in words:
        node = trie
        for character in word:
            node = node.setdefault(character, {})
        node[_END] = {}
    return re.compile(_written(trie) if trie else r"(?!)")


def _written(node: dict[str, Any]) -> str:
    branches = [re.escape(character) + _written(below) for character, below in sorted(node.items()) if character]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{body})?" if _END in node else body
