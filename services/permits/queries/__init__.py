"""Every read of permits, by topic."""
