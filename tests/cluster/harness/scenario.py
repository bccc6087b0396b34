# SPDX-License-Identifier: Apache-2.0
"""What a test needs: @scenario(replicas=1, config=...) above a test function changes the default."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

# Takeovers need not take a test as long as they may take a user.
DEFAULT_CONFIG = """\
apiVersion: config.gpuaas.dev/v1alpha1
kind: Configuration
leaseDurationSeconds: 4
"""


@dataclass(frozen=True)
class Scenario:
    replicas: int = 2
    config: str | None = DEFAULT_CONFIG
    # "files": the harness makes the certificate (--cert-dir); "own": the program does, and writes it into the webhooks.
    certificates: str = "files"
    notebooks: str = "odh"  # or "kubeflow"
    timeout: float = 120.0
    # For measurements: no auditor, no balancer before the (first) replica, no proxy behind it.
    bare: bool = False


def scenario(**needs: object) -> Callable:
    def decorate(test: Callable) -> Callable:
        test.scenario = Scenario(**needs)
        return test

    return decorate


def scenario_of(test: Callable) -> Scenario:
    return getattr(test, "scenario", Scenario())
