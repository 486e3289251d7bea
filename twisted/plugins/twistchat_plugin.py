"""Makes `twistd chat`."""

from twisted.application.service import ServiceMaker

twistchat = ServiceMaker(
    "twistchat", "twistchat.tap", "A chat that anyone can join with whatever they have.", "chat"
)
