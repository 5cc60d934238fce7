"""Work that is done later or takes long: timers and jobs, both rows in the service's own database."""
