# SPDX-License-Identifier: Apache-2.0
"""Clients that cost little themselves: a request is bytes made beforehand, an answer is read and not decoded."""
from __future__ import annotations

import json
import multiprocessing
import socket
import ssl
import time
from typing import Callable
from urllib.parse import urlsplit

from harness import resources
from harness.control_plane import ControlPlane

RECEIVE_BYTES = 1 << 16
BUSY_SECONDS = 0.05
START_SECONDS = 60
IDLE_SECONDS = 30  # the API server closes what was idle for 90
# The balancer of the harness is a thread of the parent; a fork does not need it.
PROCESSES = multiprocessing.get_context("fork")


class Client:
    """One connection to the API server, as the administrator, whose requests are never queued."""

    def __init__(self, control_plane: ControlPlane):
        self._address = urlsplit(control_plane.server)
        pki = control_plane.directory / "pki"
        self._tls = ssl.create_default_context(cafile=str(control_plane.authority))
        self._tls.load_cert_chain(str(pki / "admin.crt"), str(pki / "admin.key"))
        self._connection = self._connect()
        self._used_at = time.monotonic()

    def prepare_create(self, item: dict) -> bytes:
        path = resources.of_object(item).path(item["metadata"]["namespace"])
        return self._prepare("POST", path, json.dumps(item))

    def prepare_delete(self, item: dict) -> bytes:
        """Without a grace period: what is deleted is gone when the answer comes."""
        metadata = item["metadata"]
        path = resources.of_object(item).path(metadata["namespace"], metadata["name"])
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0,
                   "propagationPolicy": "Background"}
        return self._prepare("DELETE", path, json.dumps(options))

    def send(self, request: bytes) -> tuple[float, float]:
        """Sends a prepared request; returns when it was sent and when it was answered. Anything but 2xx fails."""
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
            self._connection = self._connect()
        while True:
            began = time.monotonic()
            self._connection.sendall(request)
            answer = self._receive()
            ended = self._used_at = time.monotonic()
            status = int(answer[9:12])
            if status == 429:
                time.sleep(BUSY_SECONDS)
                continue
            if not 200 <= status < 300:
                raise RuntimeError(f"{request.split(b' HTTP')[0].decode()}: {answer.decode(errors='replace')}")
            return began, ended

    def close(self) -> None:
        self._connection.close()

    def _connect(self) -> ssl.SSLSocket:
        connection = socket.create_connection((self._address.hostname, self._address.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._tls.wrap_socket(connection, server_hostname=self._address.hostname)

    def _prepare(self, method: str, path: str, body: str) -> bytes:
        head = (f"{method} {path} HTTP/1.1\r\nHost: {self._address.netloc}\r\nContent-Type: application/json\r\n"
                f"Accept: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n")
        return (head + body).encode()

    def _receive(self) -> bytes:
        data = self._receive_more(b"")
        while b"\r\n\r\n" not in data:
            data = self._receive_more(data)
        head, _, body = data.partition(b"\r\n\r\n")
        length = _content_length(head)
        while not (body.endswith(b"0\r\n\r\n") if length is None else len(body) >= length):
            body = self._receive_more(body)
        return head + b"\r\n\r\n" + body

    def _receive_more(self, data: bytes) -> bytes:
        more = self._connection.recv(RECEIVE_BYTES)
        if not more:
            raise ConnectionError("the API server closed the connection")
        return data + more


def _content_length(head: bytes) -> int | None:
    """None if the body comes in chunks."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return None


def create_at_once(control_plane: ControlPlane, items: list[dict], client_count: int) -> Callable[[], float]:
    """Connects that many client processes; the returned function lets them go, waits until all items are created,
    and returns when they began."""
    barrier = PROCESSES.Barrier(client_count + 1)
    clients = [PROCESSES.Process(target=_create_all, args=(control_plane, items[index::client_count], barrier),
                                 daemon=True) for index in range(client_count)]
    for client in clients:
        client.start()

    def run() -> float:
        barrier.wait(START_SECONDS)
        began = time.monotonic()
        for client in clients:
            client.join()
            if client.exitcode != 0:
                raise RuntimeError("a client failed")
        return began

    return run


def _create_all(control_plane: ControlPlane, items: list[dict], barrier) -> None:
    client = Client(control_plane)
    requests = [client.prepare_create(item) for item in items]
    barrier.wait(START_SECONDS)
    for request in requests:
        client.send(request)
