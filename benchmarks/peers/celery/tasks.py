"""Celery: one task per event, persistent (its default), acknowledged after the task (`acks_late`), no results kept."""

from functools import cache
from typing import Any

from assignment import BROKER, UPSERT, VARIANT, connect, row
from celery import Celery

app = Celery("peer", broker=BROKER)
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_default_queue="peer",
    worker_prefetch_multiplier=50,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
)
if VARIANT.startswith("quorum"):
    app.conf.update(task_default_queue_type="quorum", broker_transport_options={"confirm_publish": True})

connection = cache(connect)


@app.task
def on_enterprise_registered(event: dict[str, Any]) -> None:
    connection().execute(UPSERT, row(event))
