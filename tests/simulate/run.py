#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the scenarios of `gpuaas simulate`, draws the picture of docs/simulate.md, and runs random traces.

    tests/simulate/run.py PROGRAM [WORD...]

With words, only what has one of them in its name runs. A scenario is a folder:

    policy.yaml, workloads.*, nodes.yaml (may be absent)
    arguments      more flags (may be absent)
    expected.yaml  what must be so; whatever it does not name is free:
                     status    of the exit (0)
                     starts, ends  seconds by workload; null: never
                     states, why   by workload
                     summary   as in the JSON report
                     queues    their names in order
                     clock     the date of the clock's zero
                     errors    lines of standard error, each in part

Each scenario that ends well is printed as table and picture too, and the picture must be well-formed.
Random traces are checked by check_summary.py, which is another program for the same question.
"""

import io
import json
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import xml.dom.minidom

import yaml

import check_summary

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEADER = "arrival_seconds,name,duration_seconds,nvidia.com/gpu,cpu_milli,memory_mib,queue\n"
RANDOM_TRACES = 40


def simulate(program, arguments, folder):
    return subprocess.run([program, "simulate", *arguments], cwd=folder, capture_output=True, text=True,
                          timeout=60, check=False)


def differences(expected, actual, path=""):
    """Where the actual value lacks something of the expected one."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [line for name in expected
                for line in differences(expected[name], actual.get(name), f"{path}.{name}")]
    return [] if expected == actual else [f"{path[1:]}: {actual!r}, not {expected!r}"]


def collect(report):
    workloads = {workload["name"]: workload for workload in report["workloads"]}
    return {
        "starts": {name: workload.get("startSeconds") for name, workload in workloads.items()},
        "ends": {name: workload.get("endSeconds") for name, workload in workloads.items()},
        "states": {name: workload["state"] for name, workload in workloads.items()},
        "why": {name: (workload["why"] or {}).get("reason") for name, workload in workloads.items()},
        "summary": report["summary"],
        "queues": [queue["name"] for queue in report["queues"]],
        "clock": report.get("clockStart"),
    }


def run_scenario(program, folder):
    expected = yaml.safe_load((folder / "expected.yaml").read_text())
    workloads = next(folder.glob("workloads.*")).name
    extra = folder / "arguments"
    arguments = ["--policy", "policy.yaml", "--workloads", workloads]
    arguments += ["--nodes", "nodes.yaml"] if (folder / "nodes.yaml").exists() else []
    arguments += shlex.split(extra.read_text()) if extra.exists() else []

    done = simulate(program, [*arguments, "--output", "json"], folder)
    found = [f"standard error lacks {line!r}: {done.stderr}"
             for line in expected.pop("errors", []) if line not in done.stderr]
    status = expected.pop("status", 0)
    if done.returncode != status:
        return found + [f"exit status {done.returncode}, not {status}: {done.stderr}"]
    if status != 0:
        return found
    found += differences(expected, collect(json.loads(done.stdout)))
    everybody = simulate(program, [*arguments, "--output", "json", "--try-all"], folder)
    if collect(json.loads(everybody.stdout))["starts"] != collect(json.loads(done.stdout))["starts"]:
        found.append("--try-all decides otherwise")
    xml.dom.minidom.parseString(simulate(program, [*arguments, "--output", "svg"], folder).stdout)
    if not simulate(program, arguments, folder).stdout:
        found.append("no table")
    return found


def run_picture(program, path):
    done = simulate(program, ["--policy", "tests/simulate/example/policy.yaml", "--workloads",
                              "tests/simulate/example/workloads.yaml", "--output", "svg"], ROOT)
    return [] if done.stdout == path.read_text() else [f"{path} is not what the program draws now"]


def make_trace(dice):
    rows = []
    for number in range(dice.randint(1, 300)):
        rows.append(f"{dice.randint(0, 2000)},pod-{number},{dice.choice([0, 1, 30, 200, 900])},"
                    f"{dice.choice([1, 1, 1, 2, 4, 8])},1000,1024,{dice.choice(['a', 'b'])}\n")
    return HEADER + "".join(rows)


def run_random(program, seed):
    dice = random.Random(seed)
    trace, gpus = make_trace(dice), dice.randint(1, 12)
    strategy = dice.choice(["StrictFIFO", "BestEffortFIFO"])
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "trace.csv").write_text(trace)
        done = simulate(program, ["--policy", str(HERE / "strict-order-is-kept/policy.yaml"),
                                  "--workloads", "trace.csv", "--queueing-strategy", strategy,
                                  "--set-quota", f"a100/nvidia.com/gpu={gpus}", "--output", "json"], folder)
    if done.returncode != 0:
        return [done.stderr]
    return check_summary.check(io.StringIO(trace), gpus, strategy, json.loads(done.stdout))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, words = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2:]
    tests = {folder.parent.name: (run_scenario, folder.parent) for folder in sorted(HERE.glob("*/expected.yaml"))}
    tests |= {"docs picture": (run_picture, ROOT / "docs/simulate.svg")}
    tests |= {f"random trace {seed}": (run_random, seed) for seed in range(RANDOM_TRACES)}

    passed = failed = 0
    for name, (run, subject) in tests.items():
        if words and not any(word in name for word in words):
            continue
        found = run(program, subject)
        passed, failed = passed + (not found), failed + bool(found)
        for line in found[:10]:
            print(f"{name}: {line}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
