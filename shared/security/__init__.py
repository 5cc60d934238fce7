"""Who is asking, what they may see, and the proof of what they did."""

from shared.security.principal import PUBLIC, Principal

__all__ = ["PUBLIC", "Principal"]
