# SPDX-License-Identifier: Apache-2.0
"""The control plane of scripts/control-plane.sh, as the tests use it."""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from functools import cache
from pathlib import Path
from typing import Iterator

from .api import Api

REPOSITORY = Path(__file__).resolve().parents[3]
SCRIPT = REPOSITORY / "scripts" / "control-plane.sh"


class ControlPlane:
    """All of it lives below one directory."""

    def __init__(self, directory: Path):
        self.directory = directory

    def start(self) -> None:
        """Starts it afresh; one that runs already is used as it is. The notebook controller is left to the caller."""
        self._script("start", "--notebooks", "none")

    def stop(self) -> None:
        self._script("stop")

    def is_running(self) -> bool:
        status = subprocess.run([SCRIPT, "status", "--dir", self.directory], stdout=subprocess.DEVNULL, check=False)
        return status.returncode == 0

    def stop_program(self, name: str) -> None:
        """Stops "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler" or "kwok"."""
        self._script("stop", name)

    def start_program(self, name: str) -> None:
        """Starts a stopped program again, with its arguments and data."""
        self._script("start", name)

    def pause_program(self, name: str) -> None:
        os.kill(self._pid(name), signal.SIGSTOP)

    def resume_program(self, name: str) -> None:
        os.kill(self._pid(name), signal.SIGCONT)

    @property
    def server(self) -> str:
        """The URL of the API server."""
        text = self.kubeconfig("admin").read_text()
        return re.search(r"server: (\S+)", text).group(1)

    @property
    def authority(self) -> Path:
        return self.directory / "pki" / "ca.crt"

    def kubeconfig(self, user: str) -> Path:
        return self.directory / "kubeconfigs" / f"{user}.kubeconfig"

    @cache
    def api(self, user: str = "admin") -> Api:
        """The API as "admin", "alice", "bob" or one of the control plane's own programs."""
        return self._api_at(self.server, user)

    def api_through(self, port: int, user: str = "admin") -> Api:
        """The same behind a proxy of ours."""
        return self._api_at(f"https://127.0.0.1:{port}", user)

    def kubectl(self, *arguments: str | Path, user: str = "admin", stdin: str | None = None,
                check: bool = True) -> subprocess.CompletedProcess:
        """Runs kubectl; the result has returncode, stdout and stderr (where warnings are)."""
        command = [self.directory / "programs" / "bin" / "kubectl", "--kubeconfig", self.kubeconfig(user), *arguments]
        result = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if check and result.returncode != 0:
            words = " ".join(map(str, arguments))
            raise AssertionError(f"kubectl {words}: exit {result.returncode}: {result.stderr.strip()}")
        return result

    def audit_events(self) -> Iterator[dict]:
        """Every finished request so far: who, verb, object, and the annotations of admission."""
        with open(self.directory / "logs" / "audit.log", encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield json.loads(line)

    def _api_at(self, server: str, user: str) -> Api:
        pki = self.directory / "pki"
        return Api(server, self.authority, pki / f"{user}.crt", pki / f"{user}.key")

    def _pid(self, name: str) -> int:
        return int((self.directory / "run" / f"{name}.pid").read_text().split()[0])

    def _script(self, command: str, *arguments: str) -> None:
        result = subprocess.run([SCRIPT, command, *arguments, "--dir", self.directory],
                                stdout=subprocess.DEVNULL, check=False)
        if result.returncode != 0:
            raise RuntimeError(f"scripts/control-plane.sh {command} failed")
