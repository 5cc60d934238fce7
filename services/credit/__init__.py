"""credit: what an enterprise did wrong, what the public reads of it, and what follows."""
