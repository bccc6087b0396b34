# SPDX-License-Identifier: Apache-2.0
"""Crashes, pauses, partitions and restarts, one at a time: nothing over quota, nobody forgotten, order kept."""
from __future__ import annotations

import base64
import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Iterator

from harness import objects, queries
from harness.api import ApiError
from harness.cluster import Cluster
from harness.installation import CONFIGURATION, NAMESPACE, SERVICE, WEBHOOK_KINDS
from harness.invariants import Auditor
from harness.replica import Replica
from harness.scenario import DEFAULT_CONFIG, scenario
from harness.waiting import stays, wait_for

FLAVOR = "nvidia-l4-1gpu"
FENCE = "gpuaas.dev/fence"
LEASE_SECONDS = 4
TAKEOVER_SECONDS = 3.0 * LEASE_SECONDS
TOLD_AT_MOST = 2


# -- what the tests share --


def need_failpoints(cluster: Cluster) -> None:
    program = cluster.replicas[0].program
    assert b"GPUAAS_FAILPOINT_FILE" in program.read_bytes(), (
        f"{program} has no failpoints: make FAILPOINTS=1, then --program build/gpuaas-failpoints")


def wait_leader(cluster: Cluster, replica: Replica, timeout: float = TAKEOVER_SECONDS) -> None:
    wait_for(lambda: cluster.leader() is replica, timeout, f"{replica.name} to take over")


def start_holder(cluster: Cluster, namespace: str) -> None:
    """A pod that has the only GPU, with all that is written about it."""
    cluster.wait_admitted(cluster.alice.create(objects.pod(namespace, "holder")))


def hold(cluster: Cluster, namespace: str, policy: str = "Hold") -> None:
    """Stops the namespace's LocalQueue, or (with "None") lets it go on."""
    cluster.api.patch("localqueues", namespace, "queue", {"spec": {"stopPolicy": policy}})


def shared_queue(cluster: Cluster, count: int = 2) -> list[str]:
    """Namespaces with a LocalQueue each, and one GPU for all."""
    namespaces = [cluster.namespace("shared") for _ in range(count)]
    for namespace in namespaces:
        cluster.queue(namespace, {FLAVOR: 1}, cluster_queue=namespaces[0])
    return namespaces


def pause_between_commit_and_patch(cluster: Cluster, leader: Replica, namespace: str) -> None:
    """Leaves the leader stopped, with a start of pod "first" in the Lease that it has not sent."""
    leader.set_failpoint("after_commit", "stop")
    cluster.alice.create(objects.pod(namespace, "first"))
    leader.wait_failpoint()
    assert queries.gated(cluster.pod(namespace, "first"))


def check_takeover_with_a_start_in_flight(cluster: Cluster, follower: Replica, first: str, second: str) -> None:
    """While the start of `first`/first is on its way for ever: its queue is stopped, so that it is `second`/second's
    turn, and the follower must make sure that the first cannot start any more."""
    hold(cluster, first)
    cluster.bob.create(objects.pod(second, "second"))
    wait_leader(cluster, follower)
    cluster.wait_running(second, "second")
    pod = cluster.pod(first, "first")
    assert queries.gated(pod) and FENCE in queries.annotations(pod), pod["metadata"]


def check_the_first_waits_for_its_turn(cluster: Cluster, first: str, second: str) -> None:
    stays(lambda: queries.gated(cluster.pod(first, "first")), 1.0, "the deposed leader's start came through")
    hold(cluster, first, "None")
    stays(lambda: queries.gated(cluster.pod(first, "first")), 0.5, "started above quota")
    cluster.bob.delete("pods", second, "second")
    cluster.wait_running(first, "first")


def is_start_refused(cluster: Cluster, namespace: str, pod_name: str) -> bool:
    """True if the API server answered a patch of the Pod with a conflict."""
    expected = {"resource": "pods", "namespace": namespace, "name": pod_name}
    return any(event["verb"] == "patch" and event["responseStatus"].get("code") == 409
               and expected.items() <= event["objectRef"].items()
               for event in cluster.control_plane.audit_events() if "objectRef" in event)


# -- crashes --


def check_killed_at(cluster: Cluster, failpoint: str) -> None:
    """One waits, its turn comes, and the leader dies while it starts it; one more must go on waiting."""
    need_failpoints(cluster)
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    start_holder(cluster, namespace)
    first = cluster.alice.create(objects.pod(namespace, "first"))
    second = cluster.alice.create(objects.pod(namespace, "second"))
    for pod in (first, second):
        wait_for(lambda: queries.condition(cluster.workload_of(pod) or {}, "QuotaReserved"), message="a record")
    leader = cluster.leader()
    leader.set_failpoint(failpoint)
    cluster.alice.delete("pods", namespace, "holder")
    leader.wait_failpoint()
    cluster.restart(leader)
    cluster.wait_running(namespace, "first", TAKEOVER_SECONDS)
    cluster.wait_admitted(first, TAKEOVER_SECONDS)
    stays(lambda: queries.gated(cluster.pod(namespace, "second")), 0.3, "the second started too")
    cluster.alice.delete("pods", namespace, "first")
    cluster.wait_running(namespace, "second")
    cluster.wait_admitted(second)


def test_the_leader_killed_after_a_commit_is_succeeded(cluster: Cluster) -> None:
    check_killed_at(cluster, "after_commit")


def test_the_leader_killed_after_a_patch_is_succeeded(cluster: Cluster) -> None:
    check_killed_at(cluster, "after_patch")


def test_the_leader_killed_before_a_status_is_succeeded(cluster: Cluster) -> None:
    check_killed_at(cluster, "before_status")


@scenario(replicas=1)
def test_the_only_replica_killed_after_a_commit_goes_on_by_itself(cluster: Cluster) -> None:
    check_killed_at(cluster, "after_commit")


def test_a_job_whose_leader_is_killed_after_its_commit_starts_once(cluster: Cluster) -> None:
    need_failpoints(cluster)
    namespace = cluster.namespace()
    cluster.queue(namespace, {"nvidia-l4-4gpu": 4})
    leader = cluster.leader()
    leader.set_failpoint("after_commit")
    job = cluster.alice.create(objects.job(namespace, "train", gpus=2, parallelism=2))
    leader.wait_failpoint()
    cluster.restart(leader)
    wait_for(lambda: sum(map(queries.running, cluster.pods(namespace))) == 2, 2 * TAKEOVER_SECONDS,
             "both pods of the job to run")
    cluster.wait_admitted(job)


class StartOrder:
    """Notes each Pod of a namespace when it is first seen without gate, and frees its GPU at once."""

    def __init__(self, cluster: Cluster, namespace: str):
        self.names: list[str] = []
        self._api = cluster.api
        self._namespace = namespace
        self._watch = self._api.watch("pods", namespace)
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._watch.close()
        self._thread.join()

    def _follow(self) -> None:
        for kind, pod in self._watch:
            name = pod["metadata"].get("name")
            if kind in ("ADDED", "MODIFIED") and not queries.gated(pod) and name not in self.names:
                self.names.append(name)
                self._api.delete("pods", self._namespace, name, grace_seconds=0)


def test_a_queue_of_fifty_keeps_its_order_while_leaders_are_killed(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    start_holder(cluster, namespace)
    names = [f"pod-{index:02}" for index in range(50)]
    for name in names:
        cluster.alice.create(objects.pod(namespace, name))
    order = StartOrder(cluster, namespace)
    for started in (10, 30):
        wait_for(lambda: len(order.names) >= started, 2 * TAKEOVER_SECONDS, f"{started} pods to have started")
        leader = cluster.leader()
        leader.kill9()
        cluster.restart(leader)
    wait_for(lambda: len(order.names) > len(names), 2 * TAKEOVER_SECONDS, "all pods to have started")
    order.close()
    assert order.names == ["holder", *names], order.names


# -- two leaders --


def test_a_leader_that_sleeps_between_commit_and_patch_is_fenced(cluster: Cluster) -> None:
    need_failpoints(cluster)
    first, second = shared_queue(cluster)
    leader, follower = cluster.leader(), cluster.followers()[0]
    cluster.route(follower)
    pause_between_commit_and_patch(cluster, leader, first)
    check_takeover_with_a_start_in_flight(cluster, follower, first, second)
    leader.resume()
    check_the_first_waits_for_its_turn(cluster, first, second)
    assert cluster.leader() is follower


def test_a_patch_that_arrives_after_the_lease_has_passed_on_is_refused(cluster: Cluster) -> None:
    """The old leader is awake and its patch is sent in time, but stays in the network past its lease."""
    need_failpoints(cluster)
    first, second = shared_queue(cluster)
    leader, follower = cluster.leader(), cluster.followers()[0]
    cluster.route(follower)
    pause_between_commit_and_patch(cluster, leader, first)
    leader.api_proxy.stall()
    leader.resume()
    check_takeover_with_a_start_in_flight(cluster, follower, first, second)
    leader.api_proxy.heal()
    wait_for(lambda: is_start_refused(cluster, first, "first"), message="the late patch to be refused", interval=0.5)
    check_the_first_waits_for_its_turn(cluster, first, second)
    wait_for(lambda: leader.metrics().sum("gpuaas_leader") == 0, message="the old leader to step down")


def test_a_leader_cut_off_from_the_api_server_is_succeeded(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    start_holder(cluster, namespace)
    leader, follower = cluster.leader(), cluster.followers()[0]
    leader.api_proxy.stall()
    cluster.alice.create(objects.pod(namespace, "next"))
    cluster.alice.delete("pods", namespace, "holder")
    wait_leader(cluster, follower)
    cluster.wait_running(namespace, "next")
    leader.api_proxy.heal()
    wait_for(leader.ready, 20, f"{leader.name} to be ready again")


def test_a_new_leader_does_not_trust_watches_that_were_stalled(cluster: Cluster) -> None:
    """It has seen neither that the GPU was taken nor by whom."""
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    leader, follower = cluster.leader(), cluster.followers()[0]
    cluster.route(leader)
    follower.api_proxy.stall(new_too=False)
    start_holder(cluster, namespace)
    cluster.alice.create(objects.pod(namespace, "next"))
    leader.kill9()
    cluster.route(follower)
    wait_leader(cluster, follower, 2 * TAKEOVER_SECONDS)
    late = cluster.alice.create(objects.pod(namespace, "late"))
    wait_for(lambda: cluster.workload_of(late), 2 * TAKEOVER_SECONDS, "the new leader to see what is new")
    stays(lambda: queries.gated(cluster.pod(namespace, "next")), 0.5, "started above quota")
    cluster.alice.delete("pods", namespace, "holder")
    cluster.wait_running(namespace, "next")
    cluster.restart(leader)


# -- the API server --


def is_served(cluster: Cluster) -> bool:
    """True once it answers, custom resources included."""
    try:
        return bool(cluster.api.list("namespaces")) and bool(cluster.api.list("clusterqueues"))
    except OSError:
        return False


@contextlib.contextmanager
def without_api_server(cluster: Cluster) -> Iterator[None]:
    """And without the auditor, whose watches end with it."""
    assert cluster.auditor is not None
    problems = cluster.auditor.settle()
    cluster.auditor.stop()
    cluster.auditor = None
    cluster.control_plane.stop_program("kube-apiserver")
    try:
        yield
    finally:
        cluster.control_plane.start_program("kube-apiserver")
        wait_for(lambda: is_served(cluster), 60, "the API server to be back")
        cluster.auditor = Auditor(cluster.api)
        cluster.auditor.start()
    assert not problems, problems


def check_not_repeated(replica: Replica, mark: int) -> None:
    """Trouble with one thing is told when it begins, and not with each attempt."""
    told = Counter(tuple(line.get(field) for field in ("message", "doing", "collection", "path"))
                   for line in replica.log()[mark:] if line["level"] in ("warning", "error"))
    assert all(count <= TOLD_AT_MOST for count in told.values()), f"{replica.name} repeats itself: {told}"


def test_an_api_server_that_was_away_is_found_again_without_a_restart(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    start_holder(cluster, namespace)
    second = cluster.alice.create(objects.pod(namespace, "second"))
    pids = [replica.pid for replica in cluster.replicas]
    marks = [replica.log_mark() for replica in cluster.replicas]
    with without_api_server(cluster):
        time.sleep(1.5 * LEASE_SECONDS)
        assert all(replica.healthy() for replica in cluster.replicas)
    cluster.leader()
    cluster.alice.delete("pods", namespace, "holder")
    cluster.wait_running(namespace, "second", 2 * TAKEOVER_SECONDS)
    cluster.wait_admitted(second)
    wait_for(lambda: all(replica.ready() for replica in cluster.replicas), 20, "both replicas to be ready again")
    assert pids == [replica.pid for replica in cluster.replicas]
    for replica, mark in zip(cluster.replicas, marks):
        check_not_repeated(replica, mark)


# -- ending --


def check_drain(cluster: Cluster, replica: Replica, states: list[int]) -> None:
    """Sends SIGTERM; notes what /readyz answers until the process has ended."""
    others = [other for other in cluster.replicas if other is not replica]
    replica.is_expected_to_end = True
    os.kill(replica.pid, signal.SIGTERM)
    while replica.is_alive():
        states.append(readiness(replica))
        if states[-1] == 503:
            cluster.balancer.set_backends([other.port for other in others])
        time.sleep(0.005)


def readiness(replica: Replica) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", replica.health_port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


class Traffic:
    """Users who go on creating pods (dry run) until they are told to stop."""

    def __init__(self, cluster: Cluster, namespace: str, count: int = 3):
        self.errors: list[str] = []
        self.answered = 0
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(cluster, namespace), daemon=True)
                         for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, cluster: Cluster, namespace: str) -> None:
        while not self._is_over.is_set():
            try:
                pod = cluster.alice.create(objects.pod(namespace, "pod"), dry_run=True)
                assert queries.gated(pod)
                self.answered += 1
            except (ApiError, AssertionError) as error:
                self.errors.append(str(error))


def test_sigterm_drains_the_leader_while_requests_come_in(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    leader, follower = cluster.leader(), cluster.followers()[0]
    traffic = Traffic(cluster, namespace)
    wait_for(lambda: traffic.answered > 20, message="requests to be answered")
    states: list[int] = []
    check_drain(cluster, leader, states)
    wait_leader(cluster, follower, LEASE_SECONDS / 2)
    traffic.stop()
    assert leader.exit_code() == 0, leader.exit_code()
    assert 503 in states and 200 not in states[states.index(503):], states
    assert not traffic.errors, traffic.errors[:3]
    cluster.restart(leader)


# -- certificates --


def served_certificate(replica: Replica, authority: str | None = None) -> bytes:
    """The certificate that it shows; with an authority (PEM) it is verified."""
    tls = ssl.create_default_context(cadata=authority)
    if authority is None:
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", replica.port), timeout=5) as connection:
        with tls.wrap_socket(connection, server_hostname=f"{SERVICE}.{NAMESPACE}.svc") as secured:
            return secured.getpeercert(binary_form=True)


def make_certificate(folder: Path) -> None:
    """A new tls.crt and tls.key of the same authority, one replaced after the other."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
               "-days", "9", "-subj", f"/CN={SERVICE}", "-keyout", folder / "new.key", "-out", folder / "new.crt",
               "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-addext", "basicConstraints=critical,CA:FALSE",
               "-addext", "extendedKeyUsage=serverAuth", "-addext", f"subjectAltName=DNS:{SERVICE}.{NAMESPACE}.svc"]
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    (folder / "new.crt").replace(folder / "tls.crt")
    (folder / "new.key").replace(folder / "tls.key")


def test_a_replaced_certificate_is_served_without_a_restart(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    folder = cluster.replicas[0].certificates
    before = served_certificate(cluster.replicas[0])
    make_certificate(folder)
    for replica in cluster.replicas:
        wait_for(lambda: served_certificate(replica) != before, 20, f"{replica.name} to serve the new certificate")
    current = served_certificate(cluster.replicas[0], (folder / "ca.crt").read_text())
    cluster.balancer.cut()
    cluster.wait_running(namespace, cluster.alice.create(objects.pod(namespace, "first"))["metadata"]["name"])

    good = (folder / "tls.crt").read_bytes()
    (folder / "tls.crt").write_text("no certificate")
    try:
        stays(lambda: served_certificate(cluster.replicas[0]) == current, 3.0, "a broken certificate was taken")
    finally:
        (folder / "tls.crt").write_bytes(good)


def bundles(cluster: Cluster) -> set[str]:
    """The authorities in our webhook configurations."""
    return {webhook["clientConfig"].get("caBundle", "") for plural in WEBHOOK_KINDS
            for item in cluster.api.list(plural) if item["metadata"]["name"].startswith(CONFIGURATION)
            for webhook in item["webhooks"]}


@scenario(certificates="own", config=DEFAULT_CONFIG)
def test_certificates_of_its_own_are_shared_and_survive_a_restart(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    start_holder(cluster, namespace)
    found = bundles(cluster)
    assert len(found) == 1 and found != {""}, found
    authority = base64.b64decode(found.pop()).decode()
    for replica in cluster.replicas:
        served_certificate(replica, authority)
    for replica in cluster.replicas:
        replica.kill9()
    for replica in cluster.replicas:
        cluster.restart(replica)
        served_certificate(replica, authority)
    assert {base64.b64decode(bundle).decode() for bundle in bundles(cluster)} == {authority}
    cluster.balancer.cut()
    cluster.alice.create(objects.pod(namespace, "next"))
    cluster.alice.delete("pods", namespace, "holder")
    cluster.wait_running(namespace, "next", TAKEOVER_SECONDS)
