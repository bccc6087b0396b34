# SPDX-License-Identifier: Apache-2.0
"""A TCP balancer that can be told to misbehave: in front of the webhook, or between a replica and the API server."""
from __future__ import annotations

import contextlib
import itertools
import selectors
import socket
import struct
import threading
import time
from typing import Callable

CHUNK_BYTES = 1 << 16
CONNECT_SECONDS = 2.0


class Connection:
    """One client and its backend. `bytes_up` and `bytes_down` tell a watch from a writer."""

    def __init__(self, client: socket.socket, server: socket.socket, backend: int):
        self.client, self.server = client, server
        self.backend = backend
        self.opened_at = time.monotonic()
        self.bytes_up = 0
        self.bytes_down = 0
        self.is_stalled = False
        self.is_open = True
        # What could not be passed on at once, by the socket that is to get it.
        self.pending: dict[socket.socket, bytes] = {client: b"", server: b""}

    def other(self, end: socket.socket) -> socket.socket:
        return self.server if end is self.client else self.client


class Balancer:
    """Listens on 127.0.0.1:port and gives each connection to the next backend (a port) that accepts it. All methods
    may be called from any thread and have taken effect when they return."""

    def __init__(self, backends: list[int] | None = None):
        self._backends = list(backends or [])
        self._turn = itertools.count()
        self._stalls_new = False
        self._connections: list[Connection] = []
        self._lock = threading.RLock()
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.setblocking(False)
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_receiver, selectors.EVENT_READ)
        self._is_closing = False
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name=f"balancer-{self.port}", daemon=True)
        self._thread.start()

    # -- faults --

    def set_backends(self, backends: list[int]) -> None:
        """For connections from now on; those that are open stay where they are."""
        with self._lock:
            self._backends = list(backends)

    def stall(self, only: Callable[[Connection], bool] | None = None, new_too: bool = True) -> int:
        """Passes nothing on, without closing anything: for all open connections, or for those that `only` picks, and
        (new_too) for those that will be opened. Returns how many are stalled."""
        with self._lock:
            self._stalls_new = new_too
            for connection in self._connections:
                if only is None or only(connection):
                    connection.is_stalled = True
                    self._watch(connection)
            return sum(connection.is_stalled for connection in self._connections)

    def heal(self) -> None:
        """Ends all stalls; what was held back is delivered."""
        with self._lock:
            self._stalls_new = False
            for connection in self._connections:
                connection.is_stalled = False
                self._watch(connection)

    def cut(self, only: Callable[[Connection], bool] | None = None) -> int:
        """Resets all open connections, or those that `only` picks, as if the backend had gone; returns how many."""
        with self._lock:
            chosen = [connection for connection in self._connections if only is None or only(connection)]
            for connection in chosen:
                _reset_when_closed(connection.client)
                _reset_when_closed(connection.server)
                self._close(connection)
            return len(chosen)

    def connections(self) -> list[Connection]:
        with self._lock:
            return list(self._connections)

    def close(self) -> None:
        with self._lock:
            self._is_closing = True
        self._wake_sender.send(b"w")
        self._thread.join()

    # -- the loop --

    def _run(self) -> None:
        while not self._is_closing:
            ready = self._selector.select()
            with self._lock:
                for key, events in ready:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif key.data is not None:
                        self._transfer(key.data, key.fileobj, events)
        with self._lock:
            for connection in list(self._connections):
                self._close(connection)
            for end in (self._listener, self._wake_receiver, self._wake_sender):
                end.close()
            self._selector.close()

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        server, backend = self._connect()
        if server is None:
            _reset_when_closed(client)
            client.close()
            return
        for end in (client, server):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(client, server, backend)
        connection.is_stalled = self._stalls_new
        self._connections.append(connection)
        self._watch(connection)

    def _connect(self) -> tuple[socket.socket | None, int]:
        first = next(self._turn)
        for index in range(len(self._backends)):
            backend = self._backends[(first + index) % len(self._backends)]
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", backend), CONNECT_SECONDS), backend
        return None, 0

    def _transfer(self, connection: Connection, end: socket.socket, events: int) -> None:
        # An event of this round may be older than a stall or a close of the same round.
        if not connection.is_open or connection.is_stalled:
            return
        try:
            if events & selectors.EVENT_READ and not self._receive(connection, end):
                self._close(connection)
                return
            for target, data in connection.pending.items():
                if data:
                    connection.pending[target] = data[_send(target, data):]
        except OSError:
            self._close(connection)
            return
        self._watch(connection)

    def _receive(self, connection: Connection, end: socket.socket) -> bool:
        target = connection.other(end)
        data = end.recv(CHUNK_BYTES)
        connection.pending[target] += data
        if end is connection.client:
            connection.bytes_up += len(data)
        else:
            connection.bytes_down += len(data)
        if not data and connection.pending[target]:
            target.setblocking(True)
            target.settimeout(CONNECT_SECONDS)
            target.sendall(connection.pending[target])
        return bool(data)

    def _watch(self, connection: Connection) -> None:
        """Registers both ends for what can be done with them now: no reading ahead of a slow reader."""
        if not connection.is_open:
            return
        for end in (connection.client, connection.server):
            wanted = 0
            if not connection.is_stalled:
                wanted |= 0 if connection.pending[connection.other(end)] else selectors.EVENT_READ
                wanted |= selectors.EVENT_WRITE if connection.pending[end] else 0
            registered = self._selector.get_map().get(end)
            if registered is None and wanted:
                self._selector.register(end, wanted, connection)
            elif registered is not None and not wanted:
                self._selector.unregister(end)
            elif registered is not None and registered.events != wanted:
                self._selector.modify(end, wanted, connection)

    def _close(self, connection: Connection) -> None:
        if not connection.is_open:
            return
        connection.is_open = False
        self._connections.remove(connection)
        for end in (connection.client, connection.server):
            if self._selector.get_map().get(end) is not None:
                self._selector.unregister(end)
            end.close()


def _send(end: socket.socket, data: bytes) -> int:
    try:
        return end.send(data)
    except BlockingIOError:
        return 0


def _reset_when_closed(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
