"""Browsers: the page in which one chats, and the WebSocket that it opens.

    channel ─ request ─ resources: the page and its files
                     └─ `/socket`: the handshake, then a WebSocketProtocol in the channel's place
                           └─ frames ─ lines ─ the dialog of programs (JSON)

It knows nothing of what these lines say, nor of the page more than its names.

    site.py       WebFactory: browsers at a port, and the way from HTTP to a WebSocket
    channel.py    one connection, as long as it speaks HTTP, with its limits
    handshake.py  how a WebSocket begins
    socket.py     a connection of frames, from which lines are read
    reading.py    frames as they come
    frames.py     frames as they are sent
    format.py     Framed: what another wire says, in frames
    place.py      WebPlace: where people reach the page, and who is believed about it
    origins.py    whose pages may open the socket
    forwarded.py  for whom a proxy asks
    resources.py  what is found at which address
    assets.py     the files of the page, read once
    together.py    what the page needs at once, as one script and one stylesheet
    headers.py    what every answer says besides its content
    ways.py       how else one joins
    static/       the page itself: what browsers are given
"""
