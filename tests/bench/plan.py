# SPDX-License-Identifier: Apache-2.0
"""The figures of the policy engine alone, which plan_bench measures: no cluster, no clock but its own."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import NamedTuple


class Growth(NamedTuple):
    """How long a pass takes with so many pending workloads."""

    pending: int
    times_ms: list[float]


class PlanFigures(NamedTuple):
    samples: dict[str, list[float]]
    growth: list[Growth]


def measure(program: Path) -> PlanFigures:
    done = subprocess.run([program], stdout=subprocess.PIPE, check=True)
    samples = json.loads(done.stdout)
    growth = [Growth(pending, times_ms) for pending, times_ms in samples.pop("plan_growth_ms")]
    return PlanFigures(samples, growth)
