# SPDX-License-Identifier: Apache-2.0
"""The replicas of gpuaas behind their balancer, each with a proxy of its own to the API server."""
from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from .balancer import Balancer
from .installation import Installation
from .replica import Replica
from .scenario import Scenario
from .waiting import wait_for


class Fleet:
    """Keeps replicas running from test to test while tests want the same."""

    def __init__(self, installation: Installation, program: Path, directory: Path, server: str):
        self.balancer = Balancer()
        self.running: list[Replica] = []
        self._installation = installation
        self._program = program
        self._directory = directory
        self._server = server
        self._all: list[Replica] = []
        self._needs: Scenario | None = None
        self._problems: list[str] = []

    def run(self, needs: Scenario) -> None:
        """Starts, stops and restarts what is needed so that exactly those replicas run and are asked."""
        previous, self._needs = self._needs, None
        keeps_setting = previous is not None and _setting_of(previous) == _setting_of(needs)
        for index, replica in enumerate(self._all):
            if replica.is_alive() and (not keeps_setting or index >= needs.replicas):
                self._terminate(replica)
        while len(self._all) < needs.replicas:
            self._all.append(Replica(f"replica-{len(self._all)}", self._program, self._directory))
        self.running = self._all[:needs.replicas]
        certificates = self._installation.certificates if needs.certificates == "files" else None
        if not keeps_setting and self.running:
            port = self.running[0].port if needs.bare else self.balancer.port
            self._installation.point_webhooks(port, certificates)
        started = [replica for replica in self.running if not replica.is_alive()]
        for replica in started:
            self._connect(replica, needs.bare)
            replica.start(needs.config, certificates)
        self.balance()
        for replica in self.running:
            wait_for(replica.ready, 20, f"{replica.name} to be ready again")
        if started:
            self._installation.wait_for_webhooks()
        self._needs = needs

    def balance(self) -> None:
        """Lets the balancer use all replicas that run, on the ports that they have now."""
        self.balancer.set_backends([replica.port for replica in self.running if replica.is_alive()])

    def route(self, replicas: list[Replica]) -> None:
        """Lets the API server ask only these, from now on."""
        ports = [replica.port for replica in replicas]
        self.balancer.set_backends(ports)
        self.balancer.cut(only=lambda connection: connection.backend not in ports)

    def end_faults(self) -> None:
        self.balancer.heal()
        for replica in self._all:
            replica.clear_failpoint()
            if replica.api_proxy is not None:
                replica.api_proxy.heal()
            if replica.is_alive() and replica.is_stopped():
                replica.resume()

    def find_crashes(self) -> list[str]:
        """What ended without being told to, or ended badly, or was found by a sanitizer, since the last call."""
        problems, self._problems = self._problems, []
        for replica in self._all:
            if replica.has_crashed():
                problems.append(f"{replica.name} ended by itself (exit code {replica.exit_code()})")
                replica.is_expected_to_end = True
        for report in sorted(self._directory.glob("sanitizer.*")):
            problems.append(f"{report.name}:\n{report.read_text(errors='replace')}")
            report.rename(report.with_name("seen-" + report.name))
        return problems

    def stop(self) -> list[str]:
        """Ends all replicas; returns what was wrong."""
        for replica in self._all:
            if replica.is_alive():
                self._terminate(replica)
        self.balancer.close()
        return self.find_crashes()

    def _terminate(self, replica: Replica) -> None:
        code = replica.terminate()
        if code != 0:
            self._problems.append(f"{replica.name} ended with {code} after SIGTERM")

    def _connect(self, replica: Replica, directly: bool) -> None:
        """Writes its kubeconfig, for the API server itself or for a proxy of its own."""
        server = self._server
        if directly:
            replica.api_proxy = None
        else:
            replica.api_proxy = replica.api_proxy or Balancer([urlsplit(server).port])
            server = f"https://127.0.0.1:{replica.api_proxy.port}"
        self._installation.write_kubeconfig(replica.kubeconfig, server)


def _setting_of(needs: Scenario) -> tuple:
    """What all replicas must be restarted for."""
    return needs.config, needs.certificates, needs.bare
