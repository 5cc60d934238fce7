"""The rules of credit, by topic; standard library only."""
