"""Every write of permits, by topic."""
