"""FastStream: persistent publishing with the confirms that are its default.

Its documentation awaits each publish. The variant "200 at once" keeps as many under way together: not in its
documentation, but within easy reach of whoever uses asyncio.
"""

import asyncio
from typing import Any

from assignment import BROKER, VARIANT, Stopwatch, events, pause_async, split_warm_up
from faststream.rabbit import RabbitBroker
from queues import EXCHANGE, KEY

AT_ONCE = 200 if VARIANT.endswith("200 at once") else 1


async def publish(broker: RabbitBroker, some: list[dict[str, Any]]) -> None:
    for start in range(0, len(some), AT_ONCE):
        group = some[start : start + AT_ONCE]
        await asyncio.gather(
            *(broker.publish(event, exchange=EXCHANGE, routing_key=KEY, persist=True) for event in group)
        )


async def main() -> None:
    warm_up, measured = split_warm_up(events())
    async with RabbitBroker(BROKER) as broker:
        await publish(broker, warm_up)
        await pause_async()
        stopwatch = Stopwatch()
        await publish(broker, measured)
        stopwatch.stop()


asyncio.run(main())
