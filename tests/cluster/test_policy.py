# SPDX-License-Identifier: Apache-2.0
"""The rules of the queues on a real cluster: priority, preemption, cohorts, stops, evictions, places, caps, checks."""
from __future__ import annotations

import contextlib
from typing import Iterator

from harness import objects, queries
from harness.cluster import Cluster
from harness.resources import KUEUE
from harness.scenario import DEFAULT_CONFIG, scenario
from harness.waiting import stays, wait_for
from steps import (BIG, SMALL, wait_active, wait_job, wait_job_pods, wait_reason, waits)

PRIORITY_LABEL = "kueue.x-k8s.io/priority-class"
MAX_TIME_LABEL = "kueue.x-k8s.io/max-exec-time-seconds"
STOPPED_BY = "gpuaas.dev/stopped-by"


@contextlib.contextmanager
def made(cluster: Cluster, plural: str, *items: dict) -> Iterator[None]:
    """Cluster-wide objects for the time of a test."""
    for item in items:
        cluster.create(item)
    try:
        yield
    finally:
        for item in items:
            if cluster.api.find(plural, None, item["metadata"]["name"]) is not None:
                cluster.api.delete(plural, None, item["metadata"]["name"])


def priority_class(name: str, value: int) -> dict:
    return {"apiVersion": KUEUE, "kind": "WorkloadPriorityClass", "metadata": {"name": name}, "value": value}


def high(cluster: Cluster) -> contextlib.AbstractContextManager:
    return made(cluster, "workloadpriorityclasses", priority_class("high", 1000), priority_class("low", -10))


def wait_condition(cluster: Cluster, owner: dict, kind: str, status: str = "True", reason: str | None = None,
                   timeout: float = 20) -> dict:
    """Until the Workload of the object has the condition; returns the Workload."""
    def find() -> dict | None:
        workload = cluster.workload_of(owner)
        found = queries.condition(workload or {}, kind)
        is_told = found is not None and found["status"] == status and reason in (None, found["reason"])
        assert is_told, (workload or {}).get("status")
        return workload

    return wait_for(find, timeout, message=f"{owner['metadata']['name']} to be {kind}={status} {reason or ''}")


def patch_queue(cluster: Cluster, name: str, spec: dict) -> None:
    cluster.api.patch("clusterqueues", None, name, {"spec": spec})


def preempting(**policies: object) -> dict:
    return {"spec": {"preemption": policies}}


def node(name: str, gpus: int, pool: str) -> dict:
    room = {"cpu": "16", "memory": "64Gi", objects.GPU: str(gpus), "pods": "100"}
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "labels": {"pool": pool, "kubernetes.io/hostname": name},
                         "annotations": {"kwok.x-k8s.io/node": "fake"}},
            "status": {"capacity": room, "allocatable": room}}


def test_a_higher_priority_goes_first_and_equal_ones_in_the_order_of_their_coming(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    with high(cluster):
        cluster.alice.create(objects.pod(namespace, "holder"))
        cluster.wait_running(namespace, "holder")
        for name, labels in (("first", None), ("second", None), ("urgent", {PRIORITY_LABEL: "high"})):
            cluster.alice.create(objects.pod(namespace, name, labels=labels))
            cluster.wait_gated(namespace, name)
        for gone, next_one in (("holder", "urgent"), ("urgent", "first"), ("first", "second")):
            cluster.alice.delete("pods", namespace, gone)
            cluster.wait_running(namespace, next_one)


def test_a_higher_priority_takes_the_gpus_of_lower_ones_which_come_back_to_their_place(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 4}, extra=preempting(withinClusterQueue="LowerPriority"))
    with high(cluster):
        job = cluster.alice.create(objects.job(namespace, "training", gpus=2, parallelism=2))
        wait_job_pods(cluster, job, 2, queries.running)
        later = cluster.alice.create(objects.job(namespace, "later", gpus=1))
        cluster.alice.create(objects.pod(namespace, "urgent", gpus=4, labels={PRIORITY_LABEL: "high"}))

        cluster.wait_running(namespace, "urgent")
        evicted = wait_condition(cluster, job, "Preempted", reason="InClusterQueue")
        assert queries.condition(evicted, "Evicted")["reason"] == "Preempted", evicted["status"]
        wait_condition(cluster, job, "QuotaReserved", "False")
        assert queries.suspended(cluster.api.get("jobs", namespace, "training"))
        assert queries.suspended(cluster.api.get("jobs", namespace, "later"))

        cluster.alice.delete("pods", namespace, "urgent")
        wait_job_pods(cluster, job, 2, queries.running)
        assert queries.suspended(cluster.api.get("jobs", namespace, "later")), "who was evicted keeps its place"
        wait_condition(cluster, job, "Evicted", "False")
        assert cluster.workload_of(later) is not None


def test_a_workbench_is_preempted_by_stopping_and_started_again_by_its_user(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1}, extra=preempting(withinClusterQueue="LowerPriority"))
    with high(cluster):
        notebook = cluster.create(objects.notebook(namespace, "wb"), user="alice")
        cluster.wait_running(namespace, "wb-0")
        cluster.wait_admitted(notebook)
        cluster.alice.create(objects.pod(namespace, "urgent", labels={PRIORITY_LABEL: "high"}))
        cluster.wait_running(namespace, "urgent")
        stopped = cluster.api.get("notebooks", namespace, "wb")
        assert queries.annotations(stopped)[objects.STOPPED][:2] == "20", queries.annotations(stopped)
        assert STOPPED_BY in queries.annotations(stopped)
        wait_condition(cluster, notebook, "Preempted", reason="InClusterQueue")

        cluster.start_notebook(namespace, "wb", user="alice")
        cluster.wait_gated(namespace, "wb-0")
        cluster.alice.delete("pods", namespace, "urgent")
        cluster.wait_running(namespace, "wb-0")
        assert STOPPED_BY not in queries.annotations(cluster.api.get("notebooks", namespace, "wb"))


def test_what_has_just_started_is_protected_for_its_minimum_runtime(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    protected = {"metadata": {"annotations": {"gpuaas.dev/minimum-runtime": "1h"}}}
    cluster.queue(namespace, {SMALL: 1},
                  extra=objects.merge(preempting(withinClusterQueue="LowerPriority"), protected))
    with high(cluster):
        cluster.alice.create(objects.pod(namespace, "low"))
        cluster.wait_running(namespace, "low")
        cluster.alice.create(objects.pod(namespace, "urgent", labels={PRIORITY_LABEL: "high"}))
        cluster.wait_gated(namespace, "urgent")
        stays(waits(cluster, namespace, "urgent"), 1, "it preempted what is protected")
        assert queries.running(cluster.pod(namespace, "low"))


def test_a_queue_borrows_what_its_cohort_does_not_use_and_gives_it_back(cluster: Cluster) -> None:
    lender, borrower = cluster.namespace("lender"), cluster.namespace("borrower")
    cluster.queue(lender, {BIG: 2}, cohort="shared", extra=preempting(reclaimWithinCohort="Any"))
    cluster.queue(borrower, {BIG: 2}, cohort="shared")
    jobs = [cluster.alice.create(objects.job(borrower, f"job-{i}", gpus=1)) for i in range(4)]
    for job in jobs:
        wait_job_pods(cluster, job, 1, queries.running)
    queue = wait_for(lambda: _borrowed(cluster, borrower, "2"), message="2 GPUs to be borrowed")
    assert queue["status"]["flavorsReservation"][0]["resources"][0]["total"] == "4", queue["status"]

    cluster.bob.create(objects.pod(lender, "owner", gpus=2))
    cluster.wait_running(lender, "owner")
    gave_back = [job for job in jobs
                 if queries.suspended(cluster.api.get("jobs", borrower, job["metadata"]["name"]))]
    assert len(gave_back) == 2, "no more is given back than is asked for"
    for job in gave_back:
        wait_condition(cluster, job, "Preempted", reason="InCohortReclamation")


def _borrowed(cluster: Cluster, name: str, amount: str) -> dict | None:
    queue = cluster.api.get("clusterqueues", None, name)
    for flavor in queue.get("status", {}).get("flavorsReservation") or []:
        if any(resource.get("borrowed") == amount for resource in flavor["resources"]):
            return queue
    return None


def test_a_lender_keeps_what_its_lending_limit_says(cluster: Cluster) -> None:
    lender, borrower = cluster.namespace("lender"), cluster.namespace("borrower")
    quota = {"name": objects.GPU, "nominalQuota": "3", "lendingLimit": "1"}
    group = {"coveredResources": [objects.GPU], "flavors": [{"name": BIG, "resources": [quota]}]}
    cluster.queue(lender, {BIG: 3}, cohort="limited", extra={"spec": {"resourceGroups": [group]}})
    cluster.queue(borrower, {BIG: 1}, cohort="limited")
    cluster.bob.create(objects.pod(borrower, "two", gpus=2))
    cluster.wait_running(borrower, "two")
    third = cluster.bob.create(objects.pod(borrower, "three", gpus=1))
    wait_reason(cluster, third, objects.GPU, "1 more needed")


def test_a_queue_on_hold_starts_nothing_and_a_drained_one_gives_everything_back(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    queue = cluster.queue(namespace, {BIG: 4})
    job = cluster.alice.create(objects.job(namespace, "running", gpus=1))
    wait_job_pods(cluster, job, 1, queries.running)
    patch_queue(cluster, namespace, {"stopPolicy": "Hold"})
    wait_for(lambda: not queries.has_condition(cluster.api.get("clusterqueues", None, namespace), "Active"),
             message="the queue to be stopped")
    cluster.alice.create(objects.pod(namespace, "held"))
    pod = cluster.wait_gated(namespace, "held")
    wait_reason(cluster, pod, "is inactive", reason="Inadmissible")
    assert not queries.suspended(cluster.api.get("jobs", namespace, "running"))

    patch_queue(cluster, namespace, {"stopPolicy": "HoldAndDrain"})
    wait_job(cluster, namespace, "running", suspended=True)
    wait_condition(cluster, job, "Evicted", reason="ClusterQueueStopped")
    wait_condition(cluster, job, "QuotaReserved", "False")
    patch_queue(cluster, namespace, {"stopPolicy": "None"})
    wait_job_pods(cluster, job, 1, queries.running)
    cluster.wait_running(namespace, "held")

    cluster.api.patch("localqueues", namespace, queue, {"spec": {"stopPolicy": "HoldAndDrain"}})
    wait_job(cluster, namespace, "running", suspended=True)
    wait_condition(cluster, job, "Evicted", reason="LocalQueueStopped")
    cluster.api.patch("localqueues", namespace, queue, {"spec": {"stopPolicy": "None"}})
    wait_job(cluster, namespace, "running", suspended=False)


PODS_READY = DEFAULT_CONFIG + """\
nodePlaces: false
waitForPodsReady:
  enable: true
  timeout: 2s
  requeuingStrategy: {backoffBaseSeconds: 1, backoffLimitCount: 1}
"""


@scenario(config=PODS_READY)
def test_who_does_not_get_ready_gives_its_gpus_back_and_is_given_up_in_the_end(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1}, strategy="BestEffortFIFO")
    nowhere = {"nodeSelector": {"test.example/nowhere": "true"}}
    job = cluster.alice.create(objects.job(namespace, "stuck", spec=nowhere))
    evicted = wait_condition(cluster, job, "Evicted", reason="PodsReadyTimeout")
    assert evicted["status"]["requeueState"]["count"] == 1, evicted["status"]
    given_up = wait_condition(cluster, job, "Evicted", reason="DeactivatedDueToRequeuingLimitExceeded")
    assert given_up["spec"]["active"] is False
    wait_job(cluster, namespace, "stuck", suspended=True)
    cluster.alice.create(objects.pod(namespace, "well"))
    cluster.wait_running(namespace, "well")


ONE_BY_ONE = DEFAULT_CONFIG + """\
nodePlaces: false
waitForPodsReady: {enable: true, timeout: 1h, blockAdmission: true}
"""


@scenario(config=ONE_BY_ONE)
def test_nobody_starts_while_somebody_is_not_ready_where_that_is_asked_for(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 4})
    nowhere = {"nodeSelector": {"test.example/nowhere": "true"}}
    cluster.alice.create(objects.pod(namespace, "stuck", spec=nowhere))
    cluster.wait_started(namespace, "stuck")
    waiting = cluster.alice.create(objects.pod(namespace, "next"))
    wait_reason(cluster, waiting, "PodsReady", reason="Waiting")
    cluster.alice.delete("pods", namespace, "stuck")
    cluster.wait_running(namespace, "next")


def test_quota_flavor_and_queue_change_under_load_and_nobody_is_lost(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 4}, strategy="BestEffortFIFO")
    names = [f"load-{i}" for i in range(24)]
    for i, name in enumerate(names):
        cluster.alice.create(objects.pod(namespace, name))
        if i == 8:
            patch_queue(cluster, namespace, {"resourceGroups": [_gpus(BIG, 1)]})
        if i == 12:
            cluster.api.delete("resourceflavors", None, BIG)
        if i == 16:
            cluster.api.delete("clusterqueues", None, namespace)
    cluster.create(objects.l4_flavor(4))
    cluster.create(objects.cluster_queue(namespace, {BIG: {objects.GPU: 4}}, strategy="BestEffortFIFO"))
    for name in names:
        cluster.wait_running(namespace, name, timeout=30)
        cluster.alice.delete("pods", namespace, name)


def _gpus(flavor: str, count: int) -> dict:
    return {"coveredResources": [objects.GPU],
            "flavors": [{"name": flavor, "resources": [{"name": objects.GPU, "nominalQuota": str(count)}]}]}


def test_a_deactivated_workload_stops_and_queues_again_when_it_is_activated(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    job = cluster.alice.create(objects.job(namespace, "job"))
    workload = cluster.wait_admitted(job)
    cluster.api.patch("workloads", namespace, workload["metadata"]["name"], {"spec": {"active": False}})
    wait_job(cluster, namespace, "job", suspended=True)
    wait_condition(cluster, job, "Evicted", reason="Deactivated")
    wait_condition(cluster, job, "QuotaReserved", "False")
    stays(lambda: queries.suspended(cluster.api.get("jobs", namespace, "job")), 1, "it ran while deactivated")
    cluster.api.patch("workloads", namespace, workload["metadata"]["name"], {"spec": {"active": True}})
    wait_job_pods(cluster, job, 1, queries.running)


def test_a_workload_beyond_its_maximum_execution_time_is_deactivated(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    job = cluster.alice.create(objects.job(namespace, "long", labels={MAX_TIME_LABEL: "2"}))
    assert cluster.wait_admitted(job)["spec"]["maximumExecutionTimeSeconds"] == 2
    workload = wait_condition(cluster, job, "Evicted", reason="DeactivatedDueToMaximumExecutionTimeExceeded")
    assert workload["spec"]["active"] is False
    wait_job(cluster, namespace, "long", suspended=True)


def test_four_gpus_on_four_nodes_do_not_start_a_pod_that_needs_two_on_one(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    nodes = [node(f"place-{i}", 2, namespace) for i in range(2)]
    with made(cluster, "nodes", *nodes), made(cluster, "resourceflavors",
                                              objects.flavor(namespace, {"pool": namespace})):
        cluster.queue(namespace, {namespace: 4})
        pinned = [{"nodeSelector": {"kubernetes.io/hostname": f"place-{i}"}} for i in range(2)]
        for i, spec in enumerate(pinned):
            cluster.alice.create(objects.pod(namespace, f"one-{i}", spec=spec))
            cluster.wait_running(namespace, f"one-{i}")
        waiting = cluster.alice.create(objects.pod(namespace, "two", gpus=2))
        workload = wait_reason(cluster, waiting, "no node of flavor", "2 nvidia.com/gpu", reason="Pending")
        assert "at most 1 on one" in queries.condition(workload, "QuotaReserved")["message"]
        cluster.alice.delete("pods", namespace, "one-1")
        assert cluster.wait_running(namespace, "two")["spec"]["nodeName"] == "place-1"
        cluster.alice.delete("pods", namespace, "two")
        cluster.api.patch("nodes", None, "place-1", {"spec": {"unschedulable": True}})
        drained = cluster.alice.create(objects.pod(namespace, "again", gpus=2))
        wait_reason(cluster, drained, "flavor")
        cluster.api.patch("nodes", None, "place-1", {"spec": {"unschedulable": None}})
        cluster.wait_running(namespace, "again")


def test_pods_of_others_take_their_place_on_a_node(cluster: Cluster) -> None:
    namespace, others = cluster.namespace(), cluster.namespace("others", managed=False)
    with made(cluster, "nodes", node("place-x", 2, namespace)), \
            made(cluster, "resourceflavors", objects.flavor(namespace, {"pool": namespace})):
        cluster.queue(namespace, {namespace: 2})
        cluster.alice.create(objects.pod(others, "foreign", gpus=0,
                                         spec={"nodeSelector": {"pool": namespace}, "containers": [
                                             objects.container(0, cpu="15900m")]}))
        cluster.wait_running(others, "foreign")
        waiting = cluster.alice.create(objects.pod(namespace, "mine", gpus=1, spec={"containers": [
            objects.container(1, cpu="500m")]}))
        wait_reason(cluster, waiting, "cpu")
        cluster.alice.delete("pods", others, "foreign")
        cluster.wait_running(namespace, "mine")


def test_what_ends_before_the_blocked_head_can_start_passes_it_and_nothing_else(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 4}, extra={"metadata": {"annotations": {"gpuaas.dev/backfill": "true"}}})
    cluster.alice.create(objects.pod(namespace, "holder", gpus=3, labels={MAX_TIME_LABEL: "3600"}))
    cluster.wait_running(namespace, "holder")
    head = cluster.alice.create(objects.pod(namespace, "head", gpus=4))
    wait_reason(cluster, head, "3 more needed")
    for name, labels in (("undeclared", None), ("long", {MAX_TIME_LABEL: "7200"}), ("short", {MAX_TIME_LABEL: "60"})):
        cluster.alice.create(objects.pod(namespace, name, labels=labels))
    cluster.wait_running(namespace, "short")
    for name in ("head", "undeclared", "long"):
        assert waits(cluster, namespace, name)(), name


def test_a_user_holds_no_more_than_the_cap_and_bars_nobody(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 4},
                  extra={"metadata": {"annotations": {"gpuaas.dev/max-gpus-per-user": "2"}}})
    cluster.alice.create(objects.pod(namespace, "alice-1", gpus=2))
    cluster.wait_running(namespace, "alice-1")
    capped = cluster.alice.create(objects.pod(namespace, "alice-2", gpus=1))
    wait_reason(cluster, capped, "user alice", reason="Pending")
    cluster.bob.create(objects.pod(namespace, "bob-1", gpus=2))
    cluster.wait_running(namespace, "bob-1")
    assert waits(cluster, namespace, "alice-2")()
    cluster.alice.delete("pods", namespace, "alice-1")
    cluster.wait_running(namespace, "alice-2")


def test_admission_waits_for_its_checks_and_a_rejection_gives_the_quota_back(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    check = {"apiVersion": KUEUE, "kind": "AdmissionCheck", "metadata": {"name": "budget"},
             "spec": {"controllerName": "test.example/budget"}}
    with made(cluster, "admissionchecks", check):
        cluster.api.patch("admissionchecks", None, "budget", {"status": {"conditions": [
            {"type": "Active", "status": "True", "reason": "Active", "message": "", "observedGeneration": 1,
             "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}, subresource="status")
        cluster.queue(namespace, {SMALL: 1}, extra={"spec": {"admissionChecks": ["budget"]}})
        job = cluster.alice.create(objects.job(namespace, "job"))
        workload = wait_condition(cluster, job, "QuotaReserved")
        assert workload["status"]["admissionChecks"][0]["state"] == "Pending", workload["status"]
        assert queries.suspended(cluster.api.get("jobs", namespace, "job"))
        wait_for(lambda: (_total(cluster, namespace, "flavorsReservation"),
                          _total(cluster, namespace, "flavorsUsage")) == ("1", "0"),
                 message="one GPU to be reserved and none to be used")
        judge(cluster, workload, "Ready")
        wait_job_pods(cluster, job, 1, queries.running)
        wait_condition(cluster, job, "Admitted")

        other = cluster.alice.create(objects.job(namespace, "other"))
        cluster.alice.delete("jobs", namespace, "job")
        judge(cluster, wait_condition(cluster, other, "QuotaReserved"), "Rejected")
        workload = wait_condition(cluster, other, "QuotaReserved", "False")
        assert workload["spec"]["active"] is False
        assert queries.suspended(cluster.api.get("jobs", namespace, "other"))


def _total(cluster: Cluster, queue: str, field: str) -> str:
    flavors = cluster.api.get("clusterqueues", None, queue).get("status", {}).get(field)
    return flavors[0]["resources"][0]["total"] if flavors else ""


def judge(cluster: Cluster, workload: dict, state: str) -> None:
    """What the controller of the check says."""
    metadata = workload["metadata"]
    body = {"status": {"admissionChecks": [{"name": "budget", "state": state, "message": "judged by the test",
                                            "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
    cluster.api.patch("workloads", metadata["namespace"], metadata["name"], body, subresource="status")


def test_a_lowered_quota_leaves_what_runs_alone_and_starts_nothing_new(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 4})
    for i in range(4):
        cluster.alice.create(objects.pod(namespace, f"running-{i}"))
        cluster.wait_running(namespace, f"running-{i}")
    group = {"coveredResources": [objects.GPU],
             "flavors": [{"name": BIG, "resources": [{"name": objects.GPU, "nominalQuota": "2"}]}]}
    patch_queue(cluster, namespace, {"resourceGroups": [group]})
    cluster.alice.create(objects.pod(namespace, "next"))
    cluster.wait_gated(namespace, "next")
    for i in range(2):
        cluster.alice.delete("pods", namespace, f"running-{i}")
    stays(waits(cluster, namespace, "next"), 1, "it started above the lowered quota")
    assert all(queries.running(cluster.pod(namespace, f"running-{i}")) for i in (2, 3))
    cluster.alice.delete("pods", namespace, "running-2")
    cluster.wait_running(namespace, "next")


def test_a_queue_that_is_deleted_and_made_again_goes_on_where_it_was(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    cluster.alice.create(objects.pod(namespace, "running"))
    cluster.wait_running(namespace, "running")
    waiting = cluster.alice.create(objects.pod(namespace, "waiting"))
    cluster.wait_gated(namespace, "waiting")
    cluster.api.delete("clusterqueues", None, namespace)
    wait_reason(cluster, waiting, "doesn't exist", reason="Inadmissible")
    assert queries.running(cluster.pod(namespace, "running"))
    cluster.create(objects.cluster_queue(namespace, {SMALL: {objects.GPU: 1}}))
    wait_active(cluster, namespace)
    stays(waits(cluster, namespace, "waiting"), 1, "it started beside the one that runs")
    cluster.alice.delete("pods", namespace, "running")
    cluster.wait_running(namespace, "waiting")


def test_a_job_starts_with_as_many_pods_as_fit_if_it_says_so(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 3})
    job = cluster.alice.create(objects.job(namespace, "elastic", gpus=1, parallelism=4,
                                           annotations={"kueue.x-k8s.io/job-min-parallelism": "2"}))
    wait_job_pods(cluster, job, 3, queries.running)
    workload = cluster.wait_admitted(job)
    assert workload["status"]["admission"]["podSetAssignments"][0]["count"] == 3, workload["status"]
    assert cluster.api.get("jobs", namespace, "elastic")["spec"]["parallelism"] == 3
