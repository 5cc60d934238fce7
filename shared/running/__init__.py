"""Running Sise: everything in one process (embedded), or one role of one service per process (full stack)."""
