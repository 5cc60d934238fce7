"""The rules of grading: pure functions over facts and rule tables. No clock, no database, no framework."""
