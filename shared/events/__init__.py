"""The event path: outbox, relay, inbox, parked events, resync and reconcile."""
