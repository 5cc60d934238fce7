"""The rules of identity, by topic. Standard library only."""
