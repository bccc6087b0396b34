# SPDX-License-Identifier: Apache-2.0
"""Runs the functions test_<sentence>(cluster) of tests/cluster/test_*.py, one after the other, on one cluster."""
from __future__ import annotations

import argparse
import contextlib
import fcntl
import importlib.util
import inspect
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

from .cluster import Cluster
from .control_plane import REPOSITORY
from .process import Process
from .scenario import Scenario, scenario_of

TESTS = REPOSITORY / "tests" / "cluster"
LOG_LINES = 15


class Test(NamedTuple):
    module: str
    sentence: str
    function: Callable[[Cluster], None]

    @property
    def name(self) -> str:
        return f"{self.module}: {self.sentence}"

    def matches(self, patterns: list[str]) -> bool:
        """True if no pattern is given or one is a part of the name, spelt with spaces or underscores."""
        return not patterns or any(pattern.replace("_", " ") in self.name.replace("_", " ") for pattern in patterns)


def discover(patterns: list[str]) -> list[Test]:
    found = []
    for path in sorted(TESTS.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        functions = [function for name, function in inspect.getmembers(module, inspect.isfunction)
                     if name.startswith("test_") and function.__module__ == path.stem]
        functions.sort(key=lambda function: function.__code__.co_firstlineno)
        found += [Test(path.stem.removeprefix("test_"), function.__name__.removeprefix("test_").replace("_", " "),
                       function) for function in functions]
    return [test for test in found if test.matches(patterns)]


class Runner:
    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.passed = 0
        self.failed = 0

    def run(self, test: Test) -> None:
        began = time.monotonic()
        failure = self._attempt(test)
        took = time.monotonic() - began
        print(f"{'FAIL' if failure else 'ok  '} {took:6.1f} s  {test.name}", flush=True)
        self.count(failure)

    def count(self, failure: str) -> None:
        if not failure:
            self.passed += 1
            return
        self.failed += 1
        print(_indent(failure), flush=True)

    def _attempt(self, test: Test) -> str:
        """Runs a test with what belongs to it; returns what to print if it failed."""
        needs = scenario_of(test.function)
        failures: list[str] = []
        sizes_before = {process.name: process.log_size() for process in self._processes()}
        with _reported(failures), _time_limit(needs.timeout):
            self.cluster.prepare(needs)
            test.function(self.cluster)
        if failures:
            failures.append(self._logs(sizes_before))
        with _reported(failures), _time_limit(Scenario.timeout):
            problems = self.cluster.clean_up()
            if problems and not failures:
                problems.append(self._logs(sizes_before))
            failures += problems
        return "\n".join(failures)

    def _processes(self) -> list[Process]:
        return [*self.cluster.replicas, self.cluster.notebook_controller]

    def _logs(self, sizes_before: dict[str, int]) -> str:
        parts = []
        for process in self._processes():
            tail = process.log_tail(LOG_LINES, sizes_before.get(process.name, 0))
            if tail:
                parts.append(f"--- last lines of {process.log_path}\n{tail}")
        return "\n".join(parts)


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


@contextlib.contextmanager
def _reported(failures: list[str]) -> Iterator[None]:
    try:
        yield
    except Exception:
        failures.append(traceback.format_exc())


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def expire(*_: object) -> None:
        raise TimeoutError(f"the test takes longer than {seconds:g} s")

    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def claim_directory(base: Path) -> Path:
    """A directory that no other run uses: `base`, or with a number. Held until this process ends."""
    for number in range(1, 100):
        directory = base if number == 1 else base.with_name(f"{base.name}-{number}")
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory / "runner.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return directory
    raise RuntimeError(f"too many runs below {base.parent}")


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/cluster/run", description=__doc__)
    parser.add_argument("patterns", nargs="*", metavar="NAME", help="part of a test's name; all tests without one")
    parser.add_argument("--program", type=Path, default=REPOSITORY / "build" / "gpuaas",
                        help="the program under test (default: %(default)s)")
    parser.add_argument("--directory", type=Path, default=REPOSITORY / "build" / "cluster-test",
                        help="where data and logs go (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run the tests N times")
    parser.add_argument("--keep", action="store_true", help="leave the control plane running")
    parser.add_argument("--list", action="store_true", help="only list the tests")
    return parser.parse_args()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    arguments = _parse_arguments()
    tests = discover(arguments.patterns)
    if arguments.list:
        print("\n".join(test.name for test in tests))
        return 0
    if not tests:
        print("no such test", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    directory = claim_directory(arguments.directory.absolute())
    cluster = Cluster(directory, arguments.program.absolute())
    runner = Runner(cluster)
    try:
        cluster.start()
        for test in tests * arguments.repeat:
            runner.run(test)
    finally:
        problems = [] if arguments.keep else cluster.stop()
        if problems:
            runner.count("at the end:\n" + "\n".join(problems))
        if arguments.keep:
            print(f"left running: scripts/control-plane.sh env --dir {directory}")
    print(f"{runner.passed} passed, {runner.failed} failed")
    return 1 if runner.failed else 0
