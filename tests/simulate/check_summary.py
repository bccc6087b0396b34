#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the figures of a simulation with a second, much simpler program.

    tests/simulate/check_summary.py TRACE.csv GPUS STRATEGY REPORT.json

The trace is for one queue with GPUs of nvidia.com/gpu on one flavor, without priorities. STRATEGY is
StrictFIFO or BestEffortFIFO. REPORT.json is what `gpuaas simulate --output json` printed. Nothing here
is an event loop with queues: a StrictFIFO workload starts at the first moment, not before the one
ahead of it, at which it fits among those that started already; a BestEffortFIFO one is found by
asking at each moment at which something ends or arrives, in order, who fits.
"""

import bisect
import csv
import json
import sys

RESOURCE = "nvidia.com/gpu"


class Row:
    def __init__(self, cells):
        self.name = cells["name"]
        self.arrival = int(cells["arrival_seconds"])
        self.duration = int(cells["duration_seconds"])
        self.gpus = int(cells[RESOURCE])
        self.start = None

    @property
    def end(self):
        return self.start + self.duration


def held_at(started, moment):
    """What is held at a moment: who ends at it has let go."""
    return sum(row.gpus for row in started if row.start <= moment < row.end)


def run_strict(rows, gpus):
    started = []
    earliest = 0
    for row in rows:
        earliest = max(earliest, row.arrival)
        started = [other for other in started if other.end > earliest]
        moments = sorted({earliest} | {other.end for other in started})
        row.start = next(moment for moment in moments if held_at(started, moment) + row.gpus <= gpus)
        earliest = row.start
        started.append(row)


def scan(waiting, running, gpus, moment):
    """Starts all who fit, in order; returns them."""
    free = gpus - sum(row.gpus for row in running)
    begun = []
    for row in waiting:
        if row.gpus <= free:
            row.start = moment
            free -= row.gpus
            begun.append(row)
        if free == 0:
            break
    return begun


def run_best_effort(rows, gpus):
    moments = sorted({row.arrival for row in rows})
    waiting, running, index = [], [], 0
    while moments:
        moment = moments.pop(0)
        running = [row for row in running if row.end > moment]
        while index < len(rows) and rows[index].arrival <= moment:
            waiting.append(rows[index])
            index += 1
        while begun := scan(waiting, running, gpus, moment):
            # What takes no time has let go by the next look at this moment.
            running += [row for row in begun if row.duration > 0]
            waiting = [row for row in waiting if row.start is None]
            for row in begun:
                if row.end > moment and row.end not in moments:
                    bisect.insort(moments, row.end)


def percentile(ordered, percent):
    return ordered[min(len(ordered) - 1, percent * len(ordered) // 100)]


def summarize(rows, gpus):
    waits = sorted(row.start - row.arrival for row in rows)
    makespan = max(row.end for row in rows)
    used = sum(row.gpus * row.duration for row in rows)
    return {
        "started": len(rows),
        "waited": sum(wait > 0 for wait in waits),
        "mean": sum(waits) / len(waits),
        "p50": percentile(waits, 50),
        "p99": percentile(waits, 99),
        "max": waits[-1],
        "makespan": makespan,
        "used": used / 3600,
        "idle": (gpus * makespan - used) / 3600,
    }


def read_summary(report):
    summary = report["summary"]
    waits = summary["waits"]
    return {
        "started": summary["started"],
        "waited": waits["waited"],
        "mean": waits["meanSeconds"],
        "p50": waits["p50Seconds"],
        "p99": waits["p99Seconds"],
        "max": waits["maxSeconds"],
        "makespan": summary["makespanSeconds"],
        "used": summary["gpuHours"]["used"],
        "idle": summary["gpuHours"]["idle"],
    }


def check(trace, gpus, strategy, report):
    """Returns what differs, as lines; an empty list if nothing does."""
    rows = sorted((Row(cells) for cells in csv.DictReader(trace)), key=lambda row: row.arrival)
    fitting = [row for row in rows if row.gpus <= gpus]
    {"StrictFIFO": run_strict, "BestEffortFIFO": run_best_effort}[strategy](fitting, gpus)

    told = {workload["name"]: workload for workload in report["workloads"]}
    differences = [f"{row.name}: starts at {told[row.name].get('startSeconds')}, not {row.start}"
                   for row in rows if told[row.name].get("startSeconds") != row.start]
    if report["summary"]["leftOut"] != len(rows) - len(fitting):
        differences.append(f"{report['summary']['leftOut']} left out, not {len(rows) - len(fitting)}")
    if fitting:
        expected, actual = summarize(fitting, gpus), read_summary(report)
        differences += [f"{name}: {actual[name]!r}, not {expected[name]!r}"
                        for name in expected if actual[name] != expected[name]]
    return differences


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as trace, open(sys.argv[4], encoding="utf-8") as report:
        differences = check(trace, int(sys.argv[2]), sys.argv[3], json.load(report))
    for line in differences[:20]:
        print(line)
    if differences:
        sys.exit(f"{len(differences)} differences")
    print("the same figures")


if __name__ == "__main__":
    main()
