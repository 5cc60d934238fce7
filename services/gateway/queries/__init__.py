"""Everything that the gateway reads; the principal's scope is part of every query."""
