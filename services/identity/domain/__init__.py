"""The rules of identity, by topic, and the reading of their tables. Standard library only."""

import tomllib
from pathlib import Path
from typing import Any

RULES = Path(__file__).parent.parent / "rules"


def read_rules(name: str) -> dict[str, Any]:
    """Return the content of ``rules/<name>.toml``."""
    return tomllib.loads((RULES / f"{name}.toml").read_text(encoding="utf-8"))
