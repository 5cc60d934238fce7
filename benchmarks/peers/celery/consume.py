"""Celery: a worker with its default pool, one process per core."""

from tasks import app

app.worker_main(["worker", "--loglevel=WARNING", "--without-gossip", "--without-mingle"])
