# SPDX-License-Identifier: Apache-2.0
"""Medians over the repetitions, beside what is aimed at."""
from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import NamedTuple

from plan import Growth

Samples = dict[str, list[float]]

PLANNING = (
    "plan_50k_ms", "plan_15k_ms", "plan_50k_places_ms", "plan_15k_places_ms", "plan_bytes_per_workload",
)
WRITTEN = (
    "create_bare_ms_p50", "create_gpu_ms_p50", "create_waiting_ms_p50", "create_ignored_ms_p50",
    "create_to_startable_ms_p50", "create_to_startable_ms_p99", "burst_pods_per_s", "burst_bare_pods_per_s",
    "release_to_start_ms_p50", "api_writes_per_pod", "cpu_ms_per_pod", "rss_idle_kib", "rss_per_pending_pod_bytes",
) + PLANNING


class Target(NamedTuple):
    """`measured` at most (or at least) `limit`, as such or as a multiple of `base`."""

    measured: str
    limit: float
    base: str | None = None
    is_minimum: bool = False

    def value(self, samples: Samples) -> float:
        """A ratio is taken within each repetition, where both sides met the same machine."""
        if self.base is None:
            return statistics.median(samples[self.measured])
        return statistics.median(ours / bare for ours, bare in zip(samples[self.measured], samples[self.base]))

    def is_met(self, samples: Samples) -> bool:
        value = self.value(samples)
        return value >= self.limit if self.is_minimum else value <= self.limit

    def describe(self) -> str:
        unit = f" x {self.base}" if self.base is not None else ""
        return f"{'>=' if self.is_minimum else '<='} {self.limit:g}{unit}"


TARGETS = (
    Target("create_to_startable_ms_p50", 8, "create_bare_ms_p50"),
    Target("create_ignored_ms_p50", 1.1, "create_bare_ms_p50"),
    Target("release_to_start_ms_p50", 10, "create_bare_ms_p50"),
    Target("burst_pods_per_s", 0.12, "burst_bare_pods_per_s", is_minimum=True),
    Target("cpu_ms_per_pod", 1),
    Target("api_writes_per_pod", 6),
    Target("rss_idle_kib", 20 * 1024),
    Target("rss_per_pending_pod_bytes", 2048),
    Target("plan_50k_ms", 50),
    Target("plan_bytes_per_workload", 1024),
)


def write(samples: Samples, growth: list[Growth], path: Path) -> None:
    """One median for each figure, rounded to what is meaningful."""
    medians: dict[str, object] = {name: median(samples[name]) for name in WRITTEN}
    medians["plan_growth_ms"] = [[step.pending, median(step.times_ms)] for step in growth]
    path.write_text(json.dumps(medians, indent=4) + "\n")


def show(samples: Samples, growth: list[Growth]) -> None:
    """The figures that there are."""
    print(f"\n{'figure':<28} {'median':>10} {'lowest':>10} {'highest':>10}")
    for name in WRITTEN:
        if name in samples:
            show_line(name, samples[name])
    for step in growth:
        show_line(f"plan_growth_ms {step.pending}", step.times_ms)
    print(f"\n{'target':<28} {'measured':>10}   aim")
    for target in TARGETS:
        if target.measured in samples:
            verdict = "" if target.is_met(samples) else "   MISSED"
            print(f"{target.measured:<28} {target.value(samples):>10.4g}   {target.describe()}{verdict}")


def show_line(name: str, values: list[float]) -> None:
    print(f"{name:<28} {statistics.median(values):>10.4g} {min(values):>10.4g} {max(values):>10.4g}")


def median(values: list[float]) -> float:
    return float(f"{statistics.median(values):.4g}")
