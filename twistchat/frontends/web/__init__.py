"""Browsers: one page that says how to join, until there is one that joins.

It knows as much of HTTP (RFC 9112) as one answer to one request takes. Nothing that a browser
sends gets further: a page of somebody else's could else make it talk here.

    page.py       what is answered to a request
    protocol.py   PageFactory: one connection, from its request to the answer
"""
