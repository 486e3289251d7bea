"""A chat as beginners' tutorials have it: a thread for each socket, and a loop of sendall."""

from __future__ import annotations

import socket
import sys
import threading

clients: list[socket.socket] = []
lock = threading.Lock()


def broadcast(line: bytes) -> None:
    """Send a line to everybody."""
    with lock:
        everybody = list(clients)
    for client in everybody:
        try:
            client.sendall(line)
        except OSError:
            remove(client)


def remove(client: socket.socket) -> None:
    """Send somebody nothing more."""
    with lock:
        if client in clients:
            clients.remove(client)


def serve(client: socket.socket) -> None:
    """Ask for a name, and pass on what is said."""
    client.sendall(b"What is your name?\n")
    with client, client.makefile("rb") as lines:
        name = lines.readline().strip()
        client.sendall(b"Welcome, " + name + b"!\n")
        with lock:
            clients.append(client)
        broadcast(name + b" joined.\n")
        for line in lines:
            broadcast(b"<" + name + b"> " + line.rstrip(b"\r\n") + b"\n")
    remove(client)
    broadcast(name + b" left.\n")


def main() -> None:
    """Listen at the port that is given."""
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128)
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main()
