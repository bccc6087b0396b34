# SPDX-License-Identifier: Apache-2.0
"""The pods of a workload never hold more than it was admitted with, whatever becomes of their owner or of them. What is
done while a start is in flight needs a program with FAILPOINTS=1."""
from __future__ import annotations

from harness import objects, queries
from harness.cluster import Cluster
from harness.waiting import stays, wait_for
from steps import (BIG, SMALL, flavor_of, pause_before_patch, wait_job_pods, wait_pods, wait_reason,
                   wait_replaced, waits)

MANAGED, UNMANAGED = ({"metadata": {"labels": {"kueue.openshift.io/managed": value}}} for value in ("true", None))
RESOURCES = "/spec/template/spec/containers/0/resources"


def ask(cluster: Cluster, plural: str, namespace: str, name: str, gpus: int) -> None:
    """Edits how many GPUs the pod template asks for, as alice."""
    body = [{"op": "replace", "path": RESOURCES, "value": objects.container(gpus)["resources"]}]
    cluster.alice.patch(plural, namespace, name, body, kind="json")


def test_a_job_that_orphans_its_running_pod_gets_no_second_one(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 4})
    job = cluster.alice.create(objects.job(namespace, "train"))
    orphan, = wait_job_pods(cluster, job, 1, queries.running)
    name = orphan["metadata"]["name"]
    labels = {label: None for label in queries.labels(orphan) if label.endswith(("controller-uid", "job-name"))}
    cluster.alice.patch("pods", namespace, name, {"metadata": {"labels": labels}})
    replacement, = wait_job_pods(cluster, job, 1, queries.gated)
    assert not queries.owned_by(cluster.pod(namespace, name), job)
    stays(waits(cluster, namespace, replacement["metadata"]["name"]), 0.7, "the Job runs two pods")
    assert queries.running(cluster.pod(namespace, name)), "the orphan did not stay"
    cluster.alice.delete("pods", namespace, name)
    wait_job_pods(cluster, job, 1, queries.running)


def test_a_job_that_is_deleted_while_its_pod_is_started_gives_its_gpu_to_the_next(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    cluster.bob.create(objects.pod(namespace, "holder"))
    cluster.wait_running(namespace, "holder")
    job = cluster.alice.create(objects.job(namespace, "train"))
    wait_reason(cluster, job)
    # The Job controller writes this once: later nothing but our start moves the Job's version.
    wait_for(lambda: queries.has_condition(cluster.api.get("jobs", namespace, "train"), "Suspended"))
    leader = pause_before_patch(cluster)
    cluster.bob.delete("pods", namespace, "holder")
    leader.wait_failpoint()
    leader.set_failpoint("after_commit", "stop")
    leader.resume()
    pod, = wait_job_pods(cluster, job, 1, queries.gated)
    leader.wait_failpoint()
    cluster.bob.create(objects.pod(namespace, "next"))
    cluster.alice.delete("jobs", namespace, "train")
    cluster.wait_gone("pods", namespace, pod["metadata"]["name"])
    leader.resume()
    cluster.wait_running(namespace, "next")


def test_a_notebook_whose_pod_is_deleted_while_it_is_started_starts_its_replacement(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    leader = pause_before_patch(cluster)
    cluster.alice.create(objects.notebook(namespace, "wb"))
    before = cluster.wait_gated(namespace, "wb-0")
    leader.wait_failpoint()
    cluster.alice.delete("pods", namespace, "wb-0")
    leader.resume()
    wait_replaced(cluster, namespace, before, queries.running)


def test_a_stopped_notebook_that_was_edited_queues_with_its_new_size(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1, BIG: 4})
    cluster.bob.create(objects.pod(namespace, "big", gpus=4))
    cluster.wait_running(namespace, "big")
    notebook = cluster.alice.create(objects.notebook(namespace, "wb"))
    assert flavor_of(cluster.wait_running(namespace, "wb-0")) == SMALL
    cluster.stop_notebook(namespace, "wb", user="alice")
    ask(cluster, "notebooks", namespace, "wb", 4)
    cluster.wait_gone("pods", namespace, "wb-0")
    cluster.start_notebook(namespace, "wb", user="alice")
    cluster.wait_gated(namespace, "wb-0")
    workload = wait_reason(cluster, notebook, BIG, reason="Pending")
    requests = workload["spec"]["podSets"][0]["template"]["spec"]["containers"][0]["resources"]["requests"]
    assert requests[objects.GPU] == "4"
    cluster.bob.delete("pods", namespace, "big")
    assert flavor_of(cluster.wait_running(namespace, "wb-0")) == BIG


def test_a_running_notebook_that_was_edited_gives_up_its_gpu_and_queues_with_its_new_size(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1, BIG: 4}, strategy="BestEffortFIFO")
    cluster.bob.create(objects.pod(namespace, "big", gpus=4))
    cluster.wait_running(namespace, "big")
    notebook = cluster.alice.create(objects.notebook(namespace, "wb"))
    before = cluster.wait_running(namespace, "wb-0")
    cluster.wait_admitted(notebook)
    cluster.bob.create(objects.pod(namespace, "small"))
    cluster.wait_gated(namespace, "small")
    ask(cluster, "notebooks", namespace, "wb", 4)
    wait_replaced(cluster, namespace, before, queries.gated)
    cluster.wait_running(namespace, "small")
    wait_reason(cluster, notebook, BIG, reason="Pending")
    assert waits(cluster, namespace, "wb-0")()
    cluster.bob.delete("pods", namespace, "big")
    assert flavor_of(cluster.wait_running(namespace, "wb-0")) == BIG
    assert queries.running(cluster.pod(namespace, "small"))


def test_a_pod_of_a_statefulset_keeps_its_place_for_its_successor(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 1})
    cluster.alice.create(objects.statefulset(namespace, "model"))
    before, = wait_pods(cluster, namespace, "model", 1, queries.running)
    cluster.bob.create(objects.pod(namespace, "waiting"))
    cluster.wait_gated(namespace, "waiting")
    cluster.alice.delete("pods", namespace, "model-0")
    wait_replaced(cluster, namespace, before, queries.running)
    assert waits(cluster, namespace, "waiting")()
    cluster.alice.patch("statefulsets", namespace, "model", {"spec": {"replicas": 0}})
    cluster.wait_running(namespace, "waiting")


def test_a_bigger_pod_of_a_statefulset_queues_anew(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 2}, strategy="BestEffortFIFO")
    cluster.alice.create(objects.statefulset(namespace, "model"))
    before, = wait_pods(cluster, namespace, "model", 1, queries.running)
    for name in ("other", "waiting"):
        cluster.bob.create(objects.pod(namespace, name))
        (cluster.wait_running if name == "other" else cluster.wait_gated)(namespace, name)
    ask(cluster, "statefulsets", namespace, "model", 2)
    bigger = wait_replaced(cluster, namespace, before, queries.gated)
    cluster.wait_running(namespace, "waiting")
    wait_reason(cluster, bigger, reason="Pending")
    for name in ("other", "waiting"):
        assert waits(cluster, namespace, "model-0")()
        cluster.bob.delete("pods", namespace, name)
    cluster.wait_running(namespace, "model-0")


def test_a_namespace_relabelled_while_a_start_is_in_flight_loses_no_count(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    # What is let go while the label is away runs without us, and is adopted when it is back.
    cluster.auditor.allow_escapes(namespace)
    leader = pause_before_patch(cluster)
    for name in ("first", "second"):
        cluster.alice.create(objects.pod(namespace, name))
    leader.wait_failpoint()
    for labels in (UNMANAGED, MANAGED):
        cluster.api.patch("namespaces", None, namespace, labels)
    leader.resume()
    cluster.wait_started(namespace, "first")
    wait_for(lambda: all(queries.gated(pod) or queries.admission(pod) for pod in cluster.pods(namespace)),
             message="all that runs to be counted")
    cluster.alice.create(objects.pod(namespace, "third"))
    stays(waits(cluster, namespace, "third"), 0.7, "a start above quota")
    for name in ("first", "second"):
        cluster.wait_started(namespace, name)
        assert waits(cluster, namespace, "third")()
        cluster.alice.delete("pods", namespace, name)
    cluster.wait_running(namespace, "third")
