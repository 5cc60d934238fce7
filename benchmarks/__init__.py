"""`make bench`: one command that measures Sise against its targets, and against its peers in the same run."""
