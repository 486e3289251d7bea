"""A bot that repeats what it is told to. Start it with HOST:PORT, then say `!echo hi` in #bots."""

import sys

from twisted.internet.task import react

from twistchat.client import Client


async def main(reactor, server="localhost:8000"):
    chat = Client(reactor, server, name="echo")
    await chat.start()
    await chat.join("#bots")
    async for event in chat.events():
        if event.type == "said" and not event.mine and event.text.startswith("!echo "):
            number = await chat.say(event.room, event.text.removeprefix("!echo "))
            print(f"said as number {number} of {event.room}", flush=True)


if __name__ == "__main__":
    react(main, sys.argv[1:])
