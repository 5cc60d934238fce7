"""A small world of one producer and two listeners for the state machine of the event path, and what it is judged by."""
