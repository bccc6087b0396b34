# SPDX-License-Identifier: Apache-2.0
"""A watch in a process of its own, which notes when each Pod of a namespace is first seen without our gate."""
from __future__ import annotations

import queue
import time
from urllib.parse import urlsplit

from client import PROCESSES
from harness import queries
from harness.control_plane import ControlPlane

PATIENCE_SECONDS = 180.0


class Watcher:
    """Sees what is created after it was made."""

    def __init__(self, control_plane: ControlPlane, namespace: str):
        self._seen: dict[str, float] = {}
        self._queue = PROCESSES.Queue()
        self._process = PROCESSES.Process(target=_watch, args=(control_plane, namespace, self._queue), daemon=True)
        self._process.start()
        self._queue.get(timeout=PATIENCE_SECONDS)

    def wait(self, names: list[str]) -> dict[str, float]:
        """When each of these Pods was first seen startable; waits for those that were not."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        missing = set(names) - self._seen.keys()
        while missing:
            try:
                name, at = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise RuntimeError(f"{len(missing)} pods were not started in {PATIENCE_SECONDS:g} s, "
                                   f"one is {min(missing)}") from None
            self._seen[name] = at
            missing.discard(name)
        return {name: self._seen[name] for name in names}

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def _watch(control_plane: ControlPlane, namespace: str, out: object) -> None:
    # An Api of its own: a connection must not cross a fork.
    api = control_plane.api_through(urlsplit(control_plane.server).port)
    listed = api.list_all("pods", namespace)
    watch = api.watch("pods", namespace, listed["metadata"]["resourceVersion"])
    out.put(None)
    known: set[str] = set()
    for kind, pod in watch:
        now = time.monotonic()
        name = pod["metadata"].get("name")
        if kind in ("ADDED", "MODIFIED") and name not in known and not queries.gated(pod):
            known.add(name)
            out.put((name, now))
