"""Rules of the registry: standard library only, no clock, no database."""
