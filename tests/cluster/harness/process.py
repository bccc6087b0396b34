# SPDX-License-Identifier: Apache-2.0
"""A child process with its output in a file, which ends when the tests end."""
from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import subprocess
from pathlib import Path

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """It is killed when the thread that spawned it ends. `is_expected_to_end` is set by those who end it; who finds it ended without that has found a crash."""

    def __init__(self, name: str, log_path: Path):
        self.name = name
        self.log_path = log_path
        self.is_expected_to_end = False
        self._child: subprocess.Popen | None = None

    def spawn(self, command: list, environment: dict[str, str] | None = None) -> None:
        """Starts it; output is appended to the log."""
        self.is_expected_to_end = False
        with open(self.log_path, "ab") as log:
            self._child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT, preexec_fn=_die_with_parent,
                                           env={**os.environ, **(environment or {})})

    @property
    def pid(self) -> int:
        assert self._child is not None, f"{self.name} was never started"
        return self._child.pid

    def is_alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._child.poll() if self._child is not None else None

    def has_crashed(self) -> bool:
        return self._child is not None and not self.is_alive() and not self.is_expected_to_end

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def is_stopped(self) -> bool:
        """True after pause(), or if it stopped itself."""
        return self.state() == "T"

    def state(self) -> str:
        """The letter of proc(5): "T" stopped, "Z" ended; empty if there is no such process."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return ""
        return stat.rpartition(")")[2].split()[0]

    def kill9(self) -> None:
        self.is_expected_to_end = True
        if self.is_alive():
            os.kill(self.pid, signal.SIGKILL)
            self._child.wait()

    def terminate(self) -> int | None:
        """SIGTERM, and SIGKILL to what does not end in time; returns the exit code."""
        self.is_expected_to_end = True
        if self.is_alive():
            os.kill(self.pid, signal.SIGTERM)
            self.resume()
            self.wait_end(STOP_SECONDS)
        self.kill9()
        return self.exit_code()

    def wait_end(self, timeout: float) -> bool:
        """True if it ended within that time."""
        try:
            self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def log_size(self) -> int:
        return self.log_path.stat().st_size if self.log_path.exists() else 0

    def log_tail(self, lines: int = 20, since: int = 0) -> str:
        """The last lines of what it wrote after its log had that size."""
        if not self.log_path.exists():
            return ""
        text = self.log_path.read_bytes()[since:].decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, outside of the range for outgoing connections."""
    while True:
        port = random.randint(20000, 31999)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
