# SPDX-License-Identifier: Apache-2.0
"""One process of `gpuaas serve`, its log and its faults."""
from __future__ import annotations

import http.client
import json
import os
from pathlib import Path
from typing import Any

from .balancer import Balancer
from .metrics import Metrics
from .process import Process, free_port
from .waiting import DEFAULT_TIMEOUT, wait_for

READY_SECONDS = 20.0
START_ATTEMPTS = 3


class Replica(Process):
    """Ends with the thread that starts it. `api_proxy` is what stands between it and the API server; None if it talks to it directly."""

    def __init__(self, name: str, program: Path, directory: Path):
        super().__init__(name, directory / f"{name}.log")
        self.program = program
        self.directory = directory
        self.kubeconfig = directory / f"{name}.kubeconfig"
        self.api_proxy: Balancer | None = None
        self.port, self.health_port = free_port(), free_port()
        self.config_path: Path | None = None
        self.certificates: Path | None = None
        self._failpoints = directory / f"{name}.failpoint"
        self._log_offset = 0
        self._log: list[dict] = []

    # -- life --

    def start(self, config: str | None = None, certificates: Path | None = None, extra: tuple[str, ...] = ()) -> None:
        """Starts it with that Configuration (YAML) and waits until it is ready. Without `certificates` it manages
        its own."""
        self.certificates = certificates
        self.config_path = None
        if config is not None:
            self.config_path = self.directory / f"{self.name}.yaml"
            self.config_path.write_text(config)
        self.restart(extra)

    def restart(self, extra: tuple[str, ...] = ()) -> None:
        """Starts the stopped program again, as it was configured, and waits until it is ready."""
        wait_for(lambda: not self.is_alive(), DEFAULT_TIMEOUT, f"{self.name} to have ended")
        for _ in range(START_ATTEMPTS):
            self.launch(extra)
            wait_for(lambda: self.ready() or not self.is_alive(), READY_SECONDS, self._describe_start)
            if self.is_alive():
                return
            if "in use" not in self.log_tail():
                break
            self.port, self.health_port = free_port(), free_port()
        raise AssertionError(self._describe_start())

    def launch(self, extra: tuple[str, ...] = ()) -> None:
        """Starts it without waiting, on the same ports as before."""
        assert not self.is_alive(), f"{self.name} runs already"
        self._failpoints.unlink(missing_ok=True)
        command = [self.program, "serve", "--listen", f"127.0.0.1:{self.port}",
                   "--health-listen", f"127.0.0.1:{self.health_port}", "--kubeconfig", self.kubeconfig]
        if self.config_path is not None:
            command += ["--config", self.config_path]
        if self.certificates is not None:
            command += ["--cert-dir", self.certificates]
        self.spawn([*command, *extra], self._environment())

    def _environment(self) -> dict[str, str]:
        reports = f"log_path={self.directory / 'sanitizer'}"
        return {
            "GPUAAS_FAILPOINT_FILE": str(self._failpoints),
            "POD_NAME": self.name,
            "GLIBC_TUNABLES": "glibc.malloc.arena_max=2",  # as the Deployment
            "ASAN_OPTIONS": f"{reports}:{os.environ.get('ASAN_OPTIONS', '')}",
            "TSAN_OPTIONS": f"{reports}:{os.environ.get('TSAN_OPTIONS', '')}",
            "UBSAN_OPTIONS": f"{reports}:print_stacktrace=1:{os.environ.get('UBSAN_OPTIONS', '')}",
        }

    def set_failpoint(self, name: str, action: str = "kill") -> None:
        """The program kills (or, with "stop", pauses) itself when it next reaches FAILPOINT(name); needs a program
        that was built with FAILPOINTS=1."""
        unfinished = self._failpoints.with_suffix(".unfinished")
        unfinished.write_text(f"{name} {action}\n")
        unfinished.rename(self._failpoints)
        self.is_expected_to_end |= action == "kill"

    def clear_failpoint(self) -> None:
        self._failpoints.unlink(missing_ok=True)

    def wait_failpoint(self, timeout: float = DEFAULT_TIMEOUT) -> None:
        """Waits until the armed failpoint was reached, and the process has ended or paused."""
        wait_for(lambda: not self._failpoints.exists() and self.state() in ("Z", "T", ""), timeout,
                 f"{self.name} to reach its failpoint")

    # -- what it says --

    def ready(self) -> bool:
        return self._fetch("/readyz")[0] == 200

    def healthy(self) -> bool:
        return self._fetch("/healthz")[0] == 200

    def metrics(self) -> Metrics:
        status, text = self._fetch("/metrics")
        assert status == 200, f"{self.name}: /metrics answers {status}"
        return Metrics(text)

    def log(self) -> list[dict]:
        """All JSON lines so far, of all its lives."""
        if self.log_path.exists():
            with open(self.log_path, "rb") as file:
                file.seek(self._log_offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._log_offset += len(line)
                    self._take_line(line)
        return self._log

    def log_mark(self) -> int:
        """Where the log is now; for find_log() and wait_log()."""
        return len(self.log())

    def find_log(self, message: str, after: int = 0, **fields: Any) -> dict | None:
        """The first line after a mark whose message contains that text and that has those fields."""
        for line in self.log()[after:]:
            if message in line.get("message", "") and fields.items() <= line.items():
                return line
        return None

    def wait_log(self, message: str, after: int = 0, timeout: float = DEFAULT_TIMEOUT, **fields: Any) -> dict:
        return wait_for(lambda: self.find_log(message, after, **fields), timeout,
                        f"{self.name} to log '{message}' {fields or ''}")

    def cpu_seconds(self) -> float:
        """User and system time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_kib(self) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def _take_line(self, line: bytes) -> None:
        try:
            decoded = json.loads(line)
        except ValueError:
            decoded = {"message": line.decode(errors="replace").rstrip(), "level": "not JSON"}
        if isinstance(decoded, dict):
            self._log.append(decoded)

    def _fetch(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.health_port, timeout=2)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def _describe_start(self) -> str:
        return f"{self.name} to become ready (exit code {self.exit_code()}); it said:\n{self.log_tail()}"
