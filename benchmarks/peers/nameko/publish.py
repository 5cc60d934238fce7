"""nameko: the stand-alone event dispatcher of its documentation; persistent, and waiting for each confirm."""

import eventlet

eventlet.monkey_patch()

from assignment import BROKER, VARIANT, Stopwatch, events, pause, split_warm_up  # noqa: E402
from nameko.standalone.events import event_dispatcher  # noqa: E402

dispatch = event_dispatcher({"AMQP_URI": BROKER}, use_confirms=VARIANT != "without confirms")
warm_up, measured = split_warm_up(events())
for event in warm_up:
    dispatch("registry", "enterprise_registered", event)
pause()
stopwatch = Stopwatch()
for event in measured:
    dispatch("registry", "enterprise_registered", event)
stopwatch.stop()
