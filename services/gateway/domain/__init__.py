"""The rules of the map: cells, flags, one enterprise as the map sees it, and what it adds to the counters."""
