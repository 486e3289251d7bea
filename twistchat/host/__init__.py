"""This machine: its addresses and ports, its open files, the other ends of its connections.

It knows the system and Twisted's endpoints. It knows nothing of chats but their limits.

    endpoints.py    where to listen, as its operator writes it
    door.py         endpoints that listen, as services
    probe.py        tries endpoints while an error can still be told in the terminal
    descriptors.py  room for connections: how many files this process may open
    certificates.py what TLS shows, read again when it has changed
    addresses.py    the addresses under which others reach this machine
    private.py      a socket to which only its own user, or root, may talk
    keepalive.py    what is asked of the kernel: to notice a dead peer, and to hold little
"""
