# SPDX-License-Identifier: Apache-2.0
"""Prometheus' text format, as far as gpuaas writes it."""
from __future__ import annotations

import re

_SAMPLE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)')
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Metrics:
    """All samples of one scrape."""

    def __init__(self, text: str):
        self.samples: list[tuple[str, dict[str, str], float]] = []
        for line in text.splitlines():
            match = _SAMPLE.fullmatch(line)
            if match:
                name, labels, value = match.groups()
                self.samples.append((name, dict(_LABEL.findall(labels or "")), float(value)))

    def sum(self, name: str, **labels: str) -> float:
        """The sum of all series with that name and those labels; 0 if there are none."""
        return sum(value for sample, found, value in self.samples
                   if sample == name and labels.items() <= found.items())

    def names(self) -> set[str]:
        return {name for name, _, _ in self.samples}
