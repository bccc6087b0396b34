# SPDX-License-Identifier: Apache-2.0
"""The measurements, on one control plane in one run. What is compared is measured in turns, several times.

The scheduler is paused: both sides end where a Pod could be scheduled, and its work would only be noise. Bare creates
are of the same GPU Pods in a namespace that is not managed."""
from __future__ import annotations

import json
import os
import signal
import statistics
import time
from typing import Callable

import plan
import report
from client import Client, create_at_once
from harness import objects, queries
from harness.cluster import Cluster
from harness.control_plane import REPOSITORY
from harness.runner import claim_directory
from harness.scenario import Scenario
from harness.waiting import wait_for
from watcher import Watcher

REPETITIONS = int(os.environ.get("BENCH_REPETITIONS", "5"))
BURST_PODS = int(os.environ.get("BENCH_BURST", "1000"))
PENDING_PODS = int(os.environ.get("BENCH_PENDING", "5000"))
SERIES_PODS = 100
BURST_CLIENTS = 8
FLAVOR = "l4"
ACCOUNT = "system:serviceaccount:gpuaas-system:gpuaas"
WRITES = ("create", "update", "patch", "delete")
PATIENCE_SECONDS = 300.0
QUIET_SECONDS = 2.0


class Benchmark:
    """Everything that is measured goes to `samples`: name -> one value for each repetition."""

    def __init__(self, cluster: Cluster):
        self.samples: dict[str, list[float]] = {}
        self._cluster = cluster
        self._client = Client(cluster.control_plane)
        self._unmanaged = cluster.namespace("bare", managed=False)

    def run(self) -> None:
        self._note("rss_idle_kib", self._settled_rss_kib())
        self._measure_creates()
        self._measure_bursts()
        for _ in range(REPETITIONS):
            self._measure_releases()
        self._measure_pending_memory()

    def _note(self, name: str, value: float) -> None:
        self.samples.setdefault(name, []).append(value)

    # -- one after the other --

    def _measure_creates(self) -> None:
        namespace = self._managed("create", SERIES_PODS)
        waiting = self._managed("wait", 0)
        series: list[Callable[[], None]] = [
            lambda: self._create_series("create_bare", self._unmanaged),
            lambda: self._create_and_start_series(namespace),
            lambda: self._create_series("create_ignored", namespace, gpus=0),
            lambda: self._create_series("create_waiting", waiting),
        ]
        self._create_series("warm_up", self._unmanaged)
        for repetition in range(REPETITIONS):
            progress(f"creates, {repetition + 1} of {REPETITIONS}")
            turn = repetition % len(series)
            for measure in series[turn:] + series[:turn]:
                measure()

    def _create_series(self, name: str, namespace: str, gpus: int = 1) -> None:
        durations = [ended - began for began, ended in self._create_all(make_pods(namespace, SERIES_PODS, gpus))]
        self._note(f"{name}_ms_p50", milliseconds(durations, 50))
        self._empty(namespace)

    def _create_and_start_series(self, namespace: str) -> None:
        pods = make_pods(namespace, SERIES_PODS)
        watcher = Watcher(self._cluster.control_plane, namespace)
        times = self._create_all(pods)
        startable = watcher.wait(names_of(pods))
        watcher.close()
        self._note("create_gpu_ms_p50", milliseconds([ended - began for began, ended in times], 50))
        until_startable = [startable[name] - began for name, (began, _) in zip(names_of(pods), times)]
        self._note("create_to_startable_ms_p50", milliseconds(until_startable, 50))
        self._note("create_to_startable_ms_p99", milliseconds(until_startable, 99))
        self._empty(namespace)

    def _create_all(self, pods: list[dict]) -> list[tuple[float, float]]:
        return [self._client.send(request) for request in [self._client.prepare_create(pod) for pod in pods]]

    # -- many at once --

    def _measure_bursts(self) -> None:
        namespace = self._managed("burst", BURST_PODS)
        for repetition in range(REPETITIONS):
            progress(f"bursts of {BURST_PODS} pods, {repetition + 1} of {REPETITIONS}")
            self._note("burst_bare_pods_per_s", self._burst(self._unmanaged))
            before = self._replica.cpu_seconds()
            self._note("burst_pods_per_s", self._burst(namespace))
            self._wait_recorded(namespace, BURST_PODS)
            self._note("cpu_ms_per_pod", (self._replica.cpu_seconds() - before) * 1000 / BURST_PODS)
            self._empty(self._unmanaged)
            self._empty(namespace)

    def _burst(self, namespace: str) -> float:
        """Pods a second until the last is startable."""
        pods = make_pods(namespace, BURST_PODS)
        watcher = Watcher(self._cluster.control_plane, namespace)
        began = create_at_once(self._cluster.control_plane, pods, BURST_CLIENTS)()
        ended = max(watcher.wait(names_of(pods)).values())
        watcher.close()
        return BURST_PODS / (ended - began)

    # -- waiting --

    def _measure_releases(self) -> None:
        """One GPU goes from pod to pod."""
        progress("releases")
        namespace = self._managed("release", 1)
        pods = make_pods(namespace, SERIES_PODS)
        names = names_of(pods)
        audited = self._audit_size()
        watcher = Watcher(self._cluster.control_plane, namespace)
        self._create_all(pods)
        self._wait_recorded(namespace, SERIES_PODS, admitted=1)
        durations = []
        for pod, following in zip(pods, names[1:]):
            watcher.wait([pod["metadata"]["name"]])
            freed, _ = self._client.send(self._client.prepare_delete(pod))
            durations.append(watcher.wait([following])[following] - freed)
        watcher.close()
        wait_for(lambda: self._is_last_recorded(namespace, names[-1]), PATIENCE_SECONDS, "the last to be recorded")
        self._note("release_to_start_ms_p50", milliseconds(durations, 50))
        self._note("api_writes_per_pod", self._own_writes_since(audited) / SERIES_PODS)
        self._empty(namespace)

    def _is_last_recorded(self, namespace: str, pod_name: str) -> bool:
        return queries.admitted(self._cluster.workload_of(self._cluster.pod(namespace, pod_name)) or {})

    def _measure_pending_memory(self) -> None:
        progress(f"{PENDING_PODS} waiting pods")
        namespace = self._managed("pending", 0)
        self._replica.terminate()
        self._replica.restart()
        self._cluster.leader()
        before = self._settled_rss_kib()
        create_at_once(self._cluster.control_plane, make_pods(namespace, PENDING_PODS), BURST_CLIENTS)()
        self._wait_recorded(namespace, PENDING_PODS, admitted=0)
        self._note("rss_per_pending_pod_bytes", (self._settled_rss_kib() - before) * 1024 / PENDING_PODS)

    # -- means --

    @property
    def _replica(self):
        return self._cluster.replicas[0]

    def _managed(self, name: str, quota: int) -> str:
        namespace = self._cluster.namespace(name)
        self._cluster.queue(namespace, {FLAVOR: quota})
        wait_for(lambda: queries.has_condition(self._cluster.api.get("clusterqueues", None, namespace), "Active"),
                 message=f"the queue of {namespace} to be active")
        return namespace

    def _wait_recorded(self, namespace: str, count: int, admitted: int | None = None) -> None:
        """Until that many Workloads say something and (by default all) are admitted."""
        wanted = count if admitted is None else admitted

        def is_recorded() -> bool:
            time.sleep(count / 2000)  # a long list is not asked for often
            workloads = self._cluster.api.list("workloads", namespace)
            told = sum(bool(item.get("status", {}).get("conditions")) for item in workloads)
            return told >= count and sum(map(queries.admitted, workloads)) >= wanted

        wait_for(is_recorded, PATIENCE_SECONDS, f"{count} workloads of {namespace} to be recorded")

    def _empty(self, namespace: str) -> None:
        """Removes all pods, and their Workloads: the garbage collector takes long and would disturb what comes next."""
        api = self._cluster.api
        for plural in ("pods", "workloads"):
            api.delete_all(plural, namespace, grace_seconds=0)
            wait_for(lambda: not api.list(plural, namespace), PATIENCE_SECONDS, f"the {plural} of {namespace} to go")

    def _settled_rss_kib(self) -> float:
        """Once it has not grown for a while."""
        size, since = self._replica.rss_kib(), time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            time.sleep(0.1)
            if self._replica.rss_kib() != size:
                size, since = self._replica.rss_kib(), time.monotonic()
        return size

    def _audit_size(self) -> int:
        return self._audit_log.stat().st_size

    @property
    def _audit_log(self):
        return self._cluster.directory / "logs" / "audit.log"

    def _own_writes_since(self, offset: int) -> int:
        with open(self._audit_log, "rb") as lines:
            lines.seek(offset)
            events = [json.loads(line) for line in lines if line.endswith(b"\n") and ACCOUNT.encode() in line]
        return sum(event["user"]["username"] == ACCOUNT and event["verb"] in WRITES for event in events)


def make_node() -> dict:
    """A node with room for everything: it is quota that is measured, and the search for a place with it."""
    room = {"cpu": "1M", "memory": "1Pi", objects.GPU: "1M", "pods": "1M"}
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": "bench", "annotations": {"kwok.x-k8s.io/node": "fake"}},
            "status": {"capacity": room, "allocatable": room}}


def make_pods(namespace: str, count: int, gpus: int = 1) -> list[dict]:
    return [objects.pod(namespace, f"pod-{index:04}", gpus=gpus) for index in range(count)]


def names_of(pods: list[dict]) -> list[str]:
    return [pod["metadata"]["name"] for pod in pods]


def milliseconds(durations: list[float], percent: int) -> float:
    """A percentile of durations in seconds."""
    return statistics.quantiles(durations, n=100, method="inclusive")[percent - 1] * 1000


def progress(text: str) -> None:
    print(f"  {text}", flush=True)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    signal.signal(signal.SIGTERM, interrupt)
    directory = claim_directory(REPOSITORY / "build" / "bench")
    cluster = Cluster(directory, REPOSITORY / "build" / "gpuaas")
    print("measuring; this takes some minutes", flush=True)
    try:
        cluster.start()
        cluster.prepare(Scenario(replicas=1, bare=True, config=None))
        cluster.leader()
        cluster.notebook_controller.terminate()
        cluster.control_plane.pause_program("kube-scheduler")
        cluster.create(make_node())
        benchmark = Benchmark(cluster)
        benchmark.run()
    finally:
        problems = cluster.stop()
    progress("planning passes")
    planning = plan.measure(REPOSITORY / "build" / "obj" / "tests" / "bench" / "plan_bench")
    samples = {**benchmark.samples, **planning.samples}
    report.write(samples, planning.growth, REPOSITORY / "build" / "bench.json")
    report.show(samples, planning.growth)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0
