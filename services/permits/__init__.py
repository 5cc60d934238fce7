"""permits: hazardous work, from the daily commitment to the single permit."""
