"""The rule tables as data, and the reader that turns them into the domain's objects."""

from services.risk.rules.reading import dynamic_rules, read_rulebook, release_content, rulebook

__all__ = ["dynamic_rules", "read_rulebook", "release_content", "rulebook"]
