"""Celery: `delay` as in its documentation."""

from assignment import Stopwatch, events, pause, split_warm_up
from tasks import on_enterprise_registered

warm_up, measured = split_warm_up(events())
for event in warm_up:
    on_enterprise_registered.delay(event)
pause()
stopwatch = Stopwatch()
for event in measured:
    on_enterprise_registered.delay(event)
stopwatch.stop()
