"""Browsers: one page that says how to join, until there is one that joins.

It knows as much of HTTP (RFC 9112) as one answer to one request takes. Nothing that a browser
sends gets further: a page of somebody else's could else make it talk here.

    place.py      WebPlace: where people reach the page, and who is believed about it
    origins.py    whose pages may open the socket
    forwarded.py  for whom a proxy asks
    resources.py  what is found at which address
    assets.py     the files of the page, read once
    lightening.py  what is sent of scripts and styles, and which of them at once
    headers.py    what every answer says besides its content
    ways.py       how else one joins
    page.py       what is answered to a request
    protocol.py   PageFactory: one connection, from its request to the answer
"""
