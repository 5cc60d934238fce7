"""FastStream: a subscriber as in its documentation; acknowledged after the handler, given back on error."""

import asyncio

from assignment import BROKER, UPSERT, pool, row
from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, RabbitBroker
from queues import EXCHANGE, QUEUE

connections = pool()
broker = RabbitBroker(BROKER, default_channel=Channel(prefetch_count=100))
app = FastStream(broker)


@app.on_startup
async def open_pool() -> None:
    await connections.open(wait=True)


@broker.subscriber(QUEUE, EXCHANGE, ack_policy=AckPolicy.NACK_ON_ERROR)
async def on_enterprise_registered(event: dict) -> None:
    async with connections.connection() as connection:
        await connection.execute(UPSERT, row(event))


asyncio.run(app.run())
