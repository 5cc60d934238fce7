"""Everything that the gateway writes: the projection, the event stream, browser sessions."""
