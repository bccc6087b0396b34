# SPDX-License-Identifier: Apache-2.0
"""A small client of the Kubernetes API: one kept-alive connection for each thread and client certificate."""
from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlencode, urlsplit

from . import resources

PATCH_TYPES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}
TIMEOUT_SECONDS = 40
BUSY_ATTEMPTS = 50
BUSY_SECONDS = 0.1


class Answer(dict):
    """A decoded JSON body, with the texts of the answer's Warning headers."""

    def __init__(self, body: dict, warnings: list[str]):
        super().__init__(body)
        self.warnings = warnings


class ApiError(Exception):
    """An answer that is not 2xx."""

    def __init__(self, method: str, path: str, status: int, body: dict):
        self.status: int = status
        self.reason: str = body.get("reason", "")
        self.message: str = body.get("message", "")
        self.body = body
        super().__init__(f"{method} {path}: {status} {self.reason}: {self.message}")


class Watch:
    """A running watch."""

    def __init__(self, connection: socket.socket, answer: http.client.HTTPResponse):
        self._connection = connection
        self._answer = answer
        self._is_closed = False

    def __iter__(self) -> Iterator[tuple[str, dict]]:
        try:
            for line in self._answer:
                event = json.loads(line)
                yield event["type"], event["object"]
        except (OSError, ValueError, http.client.HTTPException):
            if not self._is_closed:
                raise

    def close(self) -> None:
        self._is_closed = True
        try:
            # Not SSLSocket's own, which takes the TLS state away from the thread that reads.
            socket.socket.shutdown(self._connection, socket.SHUT_RDWR)
        except OSError:
            pass


class Api:
    """The API as one user sees it. May be used by several threads."""

    def __init__(self, server: str, authority: Path, certificate: Path | None = None, key: Path | None = None,
                 token: str | None = None):
        address = urlsplit(server)
        self._host, self._port = address.hostname, address.port
        self._tls = ssl.create_default_context(cafile=str(authority))
        if certificate is not None:
            self._tls.load_cert_chain(str(certificate), str(key))
        self._headers = {"Accept": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._local = threading.local()

    # -- objects --

    def create(self, item: dict, dry_run: bool = False) -> Answer:
        """Creates an object in its own namespace; `.warnings` of the answer are what kubectl would print."""
        path = resources.of_object(item).path(item["metadata"].get("namespace"))
        return self.request("POST", path, item, query={"dryRun": "All"} if dry_run else None)

    def get(self, plural: str, namespace: str | None, name: str) -> Answer:
        return self.request("GET", resources.find(plural).path(namespace, name))

    def find(self, plural: str, namespace: str | None, name: str) -> Answer | None:
        """Like get(), but None if there is no such object."""
        try:
            return self.get(plural, namespace, name)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def list(self, plural: str, namespace: str | None = None, labels: str | None = None,
             fields: str | None = None) -> list[dict]:
        """The items, of all namespaces without one."""
        return self.list_all(plural, namespace, labels, fields)["items"]

    def list_all(self, plural: str, namespace: str | None = None, labels: str | None = None,
                 fields: str | None = None) -> Answer:
        """The list with its metadata, whose resourceVersion a watch can go on from."""
        query = {"labelSelector": labels, "fieldSelector": fields}
        return self.request("GET", resources.find(plural).path(namespace), query=query)

    def patch(self, plural: str, namespace: str | None, name: str, body: Any, kind: str = "merge",
              subresource: str | None = None, dry_run: bool = False) -> Answer:
        """Patches by kind "merge", "json" or "strategic"."""
        path = resources.find(plural).path(namespace, name, subresource)
        return self.request("PATCH", path, body, PATCH_TYPES[kind], {"dryRun": "All"} if dry_run else None)

    def replace(self, item: dict, subresource: str | None = None) -> Answer:
        """Writes a whole object (PUT); its resourceVersion counts if it has one."""
        metadata = item["metadata"]
        path = resources.of_object(item).path(metadata.get("namespace"), metadata["name"], subresource)
        return self.request("PUT", path, item)

    def delete(self, plural: str, namespace: str | None, name: str, grace_seconds: int | None = None,
               propagation: str = "Background") -> None:
        """Asks for the deletion; an object that is gone already is no error."""
        path = resources.find(plural).path(namespace, name)
        try:
            self.request("DELETE", path, _delete_options(grace_seconds, propagation))
        except ApiError as error:
            if error.status != 404:
                raise

    def delete_all(self, plural: str, namespace: str | None = None, labels: str | None = None,
                   grace_seconds: int | None = None, propagation: str = "Background") -> None:
        path = resources.find(plural).path(namespace)
        self.request("DELETE", path, _delete_options(grace_seconds, propagation), query={"labelSelector": labels})

    def watch(self, plural: str, namespace: str | None = None, resource_version: str | None = None) -> Watch:
        """Iterates over (type, object): without a resource_version first an ADDED for each that exists. Ends when the
        server ends it or when another thread calls its close()."""
        query = {"watch": "true", "resourceVersion": resource_version}
        path = _with_query(resources.find(plural).path(namespace), query)
        connection = self._connect(timeout=None)
        connection.request("GET", path, headers=self._headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise ApiError("WATCH", path, answer.status, _decode(answer.read()))
        return Watch(connection.sock, answer)

    # -- requests --

    def request(self, method: str, path: str, body: Any = None, content_type: str = "application/json",
                query: dict | None = None, headers: dict | None = None) -> Answer:
        """Sends one request; ApiError unless the answer is 2xx."""
        sent = {**self._headers, **(headers or {})}
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            sent["Content-Type"] = content_type
        path = _with_query(path, query or {})
        answer, decoded = self._exchange_patiently(method, path, payload, sent)
        if not 200 <= answer.status < 300:
            raise ApiError(method, path, answer.status, decoded)
        return Answer(decoded, [_warning_text(value) for value in answer.headers.get_all("Warning", [])])

    def _exchange_patiently(self, method: str, path: str, payload: bytes | None,
                            headers: dict) -> tuple[http.client.HTTPResponse, dict]:
        """Obeys an API server that says that it is busy and did nothing, as kubectl does, only faster."""
        for _ in range(BUSY_ATTEMPTS):
            answer = self._exchange(method, path, payload, headers)
            decoded = _decode(answer.read())
            if answer.status != 429 or answer.headers.get("Retry-After") is None:
                break
            time.sleep(BUSY_SECONDS)
        return answer, decoded

    def _exchange(self, method: str, path: str, payload: bytes | None, headers: dict) -> http.client.HTTPResponse:
        connection = getattr(self._local, "connection", None)
        is_kept = connection is not None
        if not is_kept:
            connection = self._local.connection = self._connect(TIMEOUT_SECONDS)
        try:
            connection.request(method, path, payload, headers)
            return connection.getresponse()
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            self._local.connection = None
            # The server had closed a connection that was idle: nothing was done.
            if is_kept and isinstance(error, (ssl.SSLEOFError, ConnectionError)):
                return self._exchange(method, path, payload, headers)
            raise

    def _connect(self, timeout: float | None) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=self._tls)


def _delete_options(grace_seconds: int | None, propagation: str) -> dict:
    options: dict[str, Any] = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation}
    if grace_seconds is not None:
        options["gracePeriodSeconds"] = grace_seconds
    return options


def _with_query(path: str, query: dict) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _decode(body: bytes) -> dict:
    try:
        decoded = json.loads(body)
    except ValueError:
        return {"message": body.decode(errors="replace").strip()}
    return decoded if isinstance(decoded, dict) else {"items": decoded}


def _warning_text(header: str) -> str:
    """The text in `299 - "text"`."""
    quoted = header.partition('"')[2].rpartition('"')[0]
    return quoted.replace('\\"', '"').replace("\\\\", "\\")
