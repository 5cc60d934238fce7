"""The rules of permits, by topic; standard library only."""
