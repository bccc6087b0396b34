# SPDX-License-Identifier: Apache-2.0
"""A user cannot let himself in: what alice, who has the role edit, tries while bob holds the only GPU."""
from __future__ import annotations

from harness import objects, queries
from harness.cluster import Cluster
from harness.waiting import stays, wait_for
from steps import (BIG, SMALL, flavor_of, pods_of_job, refused, wait_job, wait_job_pods, wait_reason,
                   wait_replaced, waits, warned)

GATED = {"spec": {"schedulingGates": None}}
FORGED = {"gpuaas.dev/admission": '{"workload":"x","clusterQueue":"y","localQueue":"queue","podSets":[]}',
          "gpuaas.dev/arrival": "1", "gpuaas.dev/owner": "0a1b2c3d", "gpuaas.dev/grant": "nonce",
          "gpuaas.dev/fence": "1-1", "gpuaas.dev/stopped-by": "gpuaas", "gpuaas.dev/user": "root"}
STAMPS = {"gpuaas.dev/arrival", "gpuaas.dev/user"}
KEEP_UNTIL = {"gpuaas.dev/keep-until": "2026-01-01T00:00:00Z"}
RESUME, SUSPEND = {"spec": {"suspend": False}}, {"spec": {"suspend": True}}


def occupied(cluster: Cluster) -> str:
    """A namespace whose only GPU bob's pod holds."""
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    cluster.bob.create(objects.pod(namespace, "holder"))
    cluster.wait_running(namespace, "holder")
    return namespace


def own_annotations(item: dict) -> set[str]:
    return {key for key in queries.annotations(item) if key.startswith("gpuaas.dev/")}


def test_a_user_cannot_remove_the_gate(cluster: Cluster) -> None:
    namespace = occupied(cluster)
    cluster.alice.create(objects.pod(namespace, "mine"))
    refused(lambda: cluster.alice.patch("pods", namespace, "mine", GATED), f"{namespace}/mine", objects.GATE)
    removal = [{"op": "remove", "path": "/spec/schedulingGates/0"}]
    refused(lambda: cluster.alice.patch("pods", namespace, "mine", removal, kind="json"), objects.GATE)
    assert waits(cluster, namespace, "mine")()


def test_break_glass_may_remove_the_gate_and_is_logged(cluster: Cluster) -> None:
    namespace = occupied(cluster)
    cluster.alice.create(objects.pod(namespace, "urgent"))
    cluster.auditor.allow_escapes(namespace)
    marks = {replica: replica.log_mark() for replica in cluster.replicas}
    cluster.api.patch("pods", namespace, "urgent", GATED)
    wait_for(lambda: any(replica.find_log("decided", mark, reason="StartedByBreakGlass", name="urgent")
                         for replica, mark in marks.items()), message="a line in a log")
    cluster.wait_started(namespace, "urgent")


def test_forged_annotations_are_removed_when_something_is_created(cluster: Cluster) -> None:
    namespace = occupied(cluster)
    annotations = {**FORGED, **KEEP_UNTIL}
    for item in (objects.pod(namespace, "forged", annotations=annotations),
                 objects.job(namespace, "forged", annotations=annotations),
                 objects.notebook(namespace, "forged-wb", annotations=annotations)):
        made = cluster.alice.create(item)
        stamps = {"gpuaas.dev/user"} if item["kind"] == "Notebook" else STAMPS
        assert own_annotations(made) == {"gpuaas.dev/keep-until"} | stamps, made
        assert queries.annotations(made).get("gpuaas.dev/arrival") != "1"
        assert queries.annotations(made)["gpuaas.dev/user"] == "alice"
    assert waits(cluster, namespace, "forged")()
    wait_job(cluster, namespace, "forged", suspended=True)
    without_gpu = cluster.alice.create(objects.pod(namespace, "without-gpu", gpus=0, annotations=FORGED))
    assert not own_annotations(without_gpu) and not queries.gated(without_gpu)


def test_a_forged_arrival_does_not_move_a_pod_forward(cluster: Cluster) -> None:
    namespace = occupied(cluster)
    cluster.bob.create(objects.pod(namespace, "honest"))
    cluster.alice.create(objects.pod(namespace, "forged", annotations={"gpuaas.dev/arrival": "1"}))
    cluster.bob.delete("pods", namespace, "holder")
    cluster.wait_running(namespace, "honest")
    assert waits(cluster, namespace, "forged")()


def test_a_user_cannot_change_our_annotations(cluster: Cluster) -> None:
    namespace = occupied(cluster)
    for item, plural in ((objects.pod(namespace, "mine"), "pods"), (objects.job(namespace, "mine"), "jobs"),
                         (objects.notebook(namespace, "mine-wb"), "notebooks")):
        cluster.alice.create(item)
        name = item["metadata"]["name"]
        for key, value in FORGED.items():
            body = {"metadata": {"annotations": {key: value}}}
            refused(lambda: cluster.alice.patch(plural, namespace, name, body), name, key)
        cluster.alice.patch(plural, namespace, name, {"metadata": {"annotations": KEEP_UNTIL}})
    for plural, name, key in (("pods", "mine", "gpuaas.dev/arrival"), ("jobs", "mine", "gpuaas.dev/arrival"),
                              ("pods", "holder", "gpuaas.dev/admission")):
        body = {"metadata": {"annotations": {key: None}}}
        refused(lambda: cluster.alice.patch(plural, namespace, name, body), name, key)
    assert waits(cluster, namespace, "mine")()


def test_naming_an_admitted_job_as_owner_gains_nothing(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 2})
    job = cluster.bob.create(objects.job(namespace, "train", parallelism=2))
    pods = wait_job_pods(cluster, job, 2, queries.running)
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "train", "uid": job["metadata"]["uid"],
             "controller": True}
    claim = {"metadata": {"ownerReferences": [owner]}}
    created = cluster.alice.create(objects.pod(namespace, "claimed-at-once", extra=claim))
    assert own_annotations(created) == STAMPS
    cluster.alice.create(objects.pod(namespace, "claimed-later"))
    cluster.alice.patch("pods", namespace, "claimed-later", claim)
    # Now the Job runs one pod less than it was admitted with.
    cluster.complete(namespace, pods[0]["metadata"]["name"])
    wait_for(lambda: queries.terminal(cluster.pod(namespace, pods[0]["metadata"]["name"])), message="a pod to end")
    stays(lambda: waits(cluster, namespace, "claimed-at-once")() and waits(cluster, namespace, "claimed-later")(),
          0.7, "a claimed owner let a pod in")
    for name in ("claimed-at-once", "claimed-later"):
        assert not queries.admitted(cluster.workload_of(cluster.pod(namespace, name)))
    # Once the Job is over, they start as what they are: pods in the queue.
    cluster.complete(namespace, pods[1]["metadata"]["name"])
    for name in ("claimed-at-once", "claimed-later"):
        pod = cluster.wait_started(namespace, name)
        assert queries.admission(pod)["workload"] == pod["metadata"]["uid"]


def test_a_statefulset_that_names_an_admitted_notebook_gains_nothing(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    notebook = cluster.bob.create(objects.notebook(namespace, "wb"))
    before = cluster.wait_running(namespace, "wb-0")
    owner = {"apiVersion": "kubeflow.org/v1", "kind": "Notebook", "name": "wb", "uid": notebook["metadata"]["uid"],
             "controller": True}
    cluster.alice.create(objects.statefulset(namespace, "claim", extra={"metadata": {"ownerReferences": [owner]}}))
    claimed = cluster.wait_gated(namespace, "claim-0")
    wait_reason(cluster, claimed, reason="Pending")
    cluster.restart_notebook(namespace, "wb", user="bob")
    wait_replaced(cluster, namespace, before, queries.running)
    assert waits(cluster, namespace, "claim-0")()


def test_a_pod_with_a_preset_node_is_denied(cluster: Cluster) -> None:
    namespace = occupied(cluster)
    preset = objects.pod(namespace, "preset", spec={"nodeName": "gpu-4"})
    refused(lambda: cluster.alice.create(preset), f"{namespace}/preset", "nodeName")
    cluster.alice.create(objects.pod(namespace, "without-gpu", gpus=0, spec={"nodeName": "cpu-1"}))


def test_a_forged_mirror_pod_is_no_way_in(cluster: Cluster) -> None:
    namespace = occupied(cluster)
    mirror = {"kubernetes.io/config.mirror": "0a1b2c3d"}
    preset = objects.pod(namespace, "mirror", annotations=mirror, spec={"nodeName": "gpu-4"})
    refused(lambda: cluster.alice.create(preset), "mirror", "nodeName")
    refused(lambda: cluster.alice.create(objects.pod(namespace, "mirror", annotations=mirror)), "mirror")
    cluster.alice.create(objects.pod(namespace, "mine"))
    refused(lambda: cluster.alice.patch("pods", namespace, "mine", {"metadata": {"annotations": mirror}}), "mirror")
    assert waits(cluster, namespace, "mine")()


def test_the_queue_label_is_fixed_while_admitted_and_free_while_waiting(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 3}, name="mine")
    cluster.queue(namespace, {SMALL: 1}, name="other", cluster_queue=f"{namespace}-other")
    relabelled = {"metadata": {"labels": {objects.QUEUE_LABEL: "other"}}}
    cluster.alice.create(objects.pod(namespace, "pod", queue="mine"))
    job = cluster.alice.create(objects.job(namespace, "job", queue="mine"))
    notebook = cluster.alice.create(objects.notebook(namespace, "wb", queue="mine"))
    cluster.wait_started(namespace, "pod")
    cluster.wait_admitted(job)
    cluster.wait_admitted(notebook)
    for plural, name in (("pods", "pod"), ("jobs", "job"), ("notebooks", "wb")):
        refused(lambda: cluster.alice.patch(plural, namespace, name, relabelled), f"{namespace}/{name}",
                objects.QUEUE_LABEL, "other")
    waiting = cluster.alice.create(objects.pod(namespace, "waiting", queue="mine"))
    wait_reason(cluster, waiting)
    cluster.alice.patch("pods", namespace, "waiting", relabelled)
    assert flavor_of(cluster.wait_running(namespace, "waiting")) == SMALL
    workload = cluster.wait_admitted(waiting)
    assert workload["spec"]["queueName"] == "other", workload["spec"]
    assert workload["status"]["admission"]["clusterQueue"] == f"{namespace}-other"


def test_a_user_who_resumes_a_waiting_job_is_told_that_it_stays_suspended(cluster: Cluster) -> None:
    namespace = occupied(cluster)
    cluster.alice.create(objects.job(namespace, "mine", extra=RESUME))
    for _ in range(2):
        answer = cluster.alice.patch("jobs", namespace, "mine", RESUME)
        assert queries.suspended(answer), "the Job was let go"
        warned(answer.warnings, f"Job {namespace}/mine", "stays suspended")
    cluster.bob.delete("pods", namespace, "holder")
    wait_job(cluster, namespace, "mine", suspended=False)


def test_a_job_that_its_user_suspends_and_resumes_queues_at_the_tail(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    jobs = {}
    for name in ("mine", "next", "last"):
        jobs[name] = cluster.alice.create(objects.job(namespace, name))
        if name == "mine":
            wait_job_pods(cluster, jobs[name], 1, queries.running)
    before = cluster.api.get("jobs", namespace, "mine")
    answer = cluster.alice.patch("jobs", namespace, "mine", SUSPEND)
    warned(answer.warnings, f"Job {namespace}/mine", "at the tail")
    assert own_annotations(answer) == STAMPS | {"gpuaas.dev/placement"}, answer
    assert queries.annotations(answer)["gpuaas.dev/arrival"] > queries.annotations(before)["gpuaas.dev/arrival"]
    assert queries.suspended(cluster.alice.patch("jobs", namespace, "mine", RESUME))
    wait_reason(cluster, jobs["mine"])
    wait_for(lambda: [event for event in cluster.events_of(jobs["mine"]) if event["reason"] == "Queued"],
             message="an event that tells that it waits again")
    for name in ("next", "last"):
        pod, = wait_job_pods(cluster, jobs[name], 1, queries.running)
        assert not pods_of_job(cluster, jobs["mine"]), "it came before its turn"
        cluster.complete(namespace, pod["metadata"]["name"])
    wait_job_pods(cluster, jobs["mine"], 1, queries.running)


def test_an_admitted_job_cannot_grow(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {BIG: 2})
    job = cluster.alice.create(objects.job(namespace, "mine", extra={"spec": {"completions": 4}}))
    wait_job_pods(cluster, job, 1, queries.running)
    refused(lambda: cluster.alice.patch("jobs", namespace, "mine", {"spec": {"parallelism": 2}}),
            f"{namespace}/mine", "1 pods at once", "suspend it first")
