"""A chat inside your own Twisted program: `twistd -ny embed.py`."""

from twisted.application.service import Application
from twisted.internet import reactor

from twistchat.frontends.registry import Greeting
from twistchat.service import ChatService

application = Application("my program")
chat = ChatService(
    reactor,
    listen=["tcp:8000"],
    greeting=Greeting("Room 5", ("Be kind.",)),
    stop=reactor.stop,
)
chat.setServiceParent(application)
