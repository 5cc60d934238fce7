"""The rules of inspections; standard library only."""
