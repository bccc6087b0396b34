# SPDX-License-Identifier: Apache-2.0
"""What the product promises to its users: the scenario of the seed, and the acceptance scenarios A1 to A14."""
from __future__ import annotations

import contextlib
from typing import Iterator

from harness import janitor, objects, queries
from harness.cluster import Cluster
from harness.control_plane import REPOSITORY
from harness.scenario import DEFAULT_CONFIG, scenario
from harness.waiting import stays, wait_for
from steps import (BIG, SMALL, flavor_of, pods_of, scale, wait_active, wait_job, wait_pods, wait_reason,
                   wait_replaced, wait_warned, waits)

EXAMPLES = REPOSITORY / "manifests" / "examples"
PRIVATE_AI = "private-ai"
# More quota than the nodes have GPUs.
QUOTA_ONLY = DEFAULT_CONFIG + "nodePlaces: false\n"


@contextlib.contextmanager
def private_ai(cluster: Cluster) -> Iterator[None]:
    """The seed's namespace and queues, in which alice and bob may edit."""
    cluster.wait_gone("namespaces", None, PRIVATE_AI, timeout=30)
    cluster.kubectl("apply", "-k", EXAMPLES / PRIVATE_AI)
    cluster.kubectl("create", "rolebinding", "edit", "--clusterrole=edit", "--user=alice", "--user=bob",
                    "-n", PRIVATE_AI)
    wait_active(cluster, "rhoai-main-queue")
    try:
        yield
    finally:
        janitor.remove_all(cluster.api, [PRIVATE_AI], has_queues=True)


def admitted_column(cluster: Cluster, notebook: str, user: str) -> str:
    """What `kubectl get workloads` shows in the column ADMITTED."""
    lines = cluster.kubectl("get", "workloads", "-n", PRIVATE_AI, user=user).stdout.splitlines()
    column = lines[0].index("ADMITTED")
    line = next(line for line in lines if line.startswith(f"notebook-{notebook}-"))
    return line[column:].split()[0]


def own_events(cluster: Cluster, item: dict) -> list[dict]:
    return [event for event in cluster.events_of(item) if event["source"].get("component") == "gpuaas"]


def test_the_second_workbench_waits_for_the_first_and_starts_without_anyone_acting(cluster: Cluster) -> None:
    workbenches = EXAMPLES / "workbenches"
    with private_ai(cluster):
        cluster.kubectl("apply", "-f", workbenches / "jupyter-abc.yaml", user="alice")
        first = cluster.api.get("notebooks", PRIVATE_AI, "jupyter-abc")
        assert cluster.wait_running(PRIVATE_AI, "jupyter-abc-0")["spec"]["nodeName"] == "gpu-1"
        cluster.wait_admitted(first)

        told = cluster.kubectl("apply", "-f", workbenches / "jupyter-xyz.yaml", user="bob").stderr
        assert "Warning: queued in private-ai-queue at position " in told, told
        assert "1 nvidia.com/gpu needed, 0 of 1 free in nvidia-l4-1gpu" in told, told
        second = cluster.api.get("notebooks", PRIVATE_AI, "jupyter-xyz")
        wait_reason(cluster, second, "nvidia.com/gpu", SMALL, reason="Pending")
        assert admitted_column(cluster, "jupyter-abc", user="bob") == "True"
        assert admitted_column(cluster, "jupyter-xyz", user="bob") == "False"
        event = wait_for(lambda: own_events(cluster, second), message="an event on the Notebook")[0]
        assert event["reason"] == "Queued" and "private-ai-queue at position" in event["message"], event

        cluster.stop_notebook(PRIVATE_AI, "jupyter-abc", user="alice")
        assert cluster.wait_running(PRIVATE_AI, "jupyter-xyz-0")["spec"]["nodeName"] == "gpu-1"
        cluster.wait_admitted(second)
        assert admitted_column(cluster, "jupyter-xyz", user="bob") == "True"
        wait_for(lambda: cluster.workload_of(first) is None, message="the Workload of the stopped one to go")
        assert len(own_events(cluster, second)) == 1 and not own_events(cluster, first)
        assert not own_events(cluster, cluster.pod(PRIVATE_AI, "jupyter-xyz-0"))


def test_a_workbench_that_is_deleted_or_culled_makes_room_for_the_next(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    for name in ("wb-1", "wb-2", "wb-3"):
        cluster.create(objects.notebook(namespace, name), user="alice" if name == "wb-1" else "bob")
        (cluster.wait_running if name == "wb-1" else cluster.wait_gated)(namespace, f"{name}-0")
    cluster.alice.delete("notebooks", namespace, "wb-1")
    # A garbage collector that has just been started learns of Notebooks within 30 s.
    cluster.wait_running(namespace, "wb-2-0", timeout=45)
    assert waits(cluster, namespace, "wb-3-0")()
    culled = {"metadata": {"annotations": {objects.STOPPED: "2026-01-01T08:00:00+01:00"}}}
    cluster.api.patch("notebooks", namespace, "wb-2", culled)
    cluster.wait_running(namespace, "wb-3-0")


def test_each_pod_runs_on_the_flavor_that_is_large_enough(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1, BIG: 4})
    for gpus, node, instance_type in ((1, "gpu-1", "g6.4xlarge"), (4, "gpu-4", "g6.12xlarge")):
        cluster.alice.create(objects.pod(namespace, f"with-{gpus}", gpus))
        spec = cluster.wait_running(namespace, f"with-{gpus}")["spec"]
        assert spec["nodeName"] == node
        assert spec["nodeSelector"] == {objects.INSTANCE_TYPE: instance_type}
        assert objects.GPU_TOLERATION in spec["tolerations"]


def test_a_model_gets_the_gpus_that_another_hands_over(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1, BIG: 4})
    for name, gpus in (("bf16", 4), ("int4", 1)):
        cluster.alice.create(objects.deployment(namespace, name, gpus))
        wait_pods(cluster, namespace, name, 1, queries.running)
    cluster.alice.create(objects.deployment(namespace, "devstral", 4, replicas=0))
    scale(cluster, namespace, "devstral", 1)
    waiting, = wait_pods(cluster, namespace, "devstral", 1, queries.gated)
    wait_reason(cluster, waiting, BIG, reason="Pending")
    scale(cluster, namespace, "bf16", 0)
    wait_pods(cluster, namespace, "devstral", 1, queries.running)
    assert queries.running(pods_of(cluster, namespace, "int4")[0])


def test_of_models_for_14_gpus_5_gpus_run_and_each_release_admits_the_next(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1, BIG: 4}, strategy="BestEffortFIFO")
    for index, gpus in enumerate((4, 1, 4, 1, 4)):
        cluster.alice.create(objects.deployment(namespace, f"model-{index}", gpus))
        wait_pods(cluster, namespace, f"model-{index}", 1, queries.running if index < 2 else queries.gated)
    for released, next_one, still_waiting in ((1, 3, (2, 4)), (0, 2, (4,)), (2, 4, ())):
        scale(cluster, namespace, f"model-{released}", 0)
        wait_pods(cluster, namespace, f"model-{next_one}", 1, queries.running)
        for index in still_waiting:
            assert queries.gated(pods_of(cluster, namespace, f"model-{index}")[0])


@scenario(config=QUOTA_ONLY)
def test_small_models_overtake_a_big_one_only_where_the_queue_says_so(cluster: Cluster) -> None:
    for strategy, overtakes in (("StrictFIFO", False), ("BestEffortFIFO", True)):
        namespace = cluster.namespace()
        cluster.queue(namespace, {"l4": 4}, strategy=strategy)
        for name in ("small-1", "small-2"):
            cluster.alice.create(objects.pod(namespace, name))
            cluster.wait_started(namespace, name)
        big = cluster.alice.create(objects.pod(namespace, "big", 4))
        wait_reason(cluster, big, "2 more needed")
        late = cluster.alice.create(objects.pod(namespace, "small-3"))
        if overtakes:
            cluster.wait_started(namespace, "small-3")
        else:
            wait_reason(cluster, late)
        assert waits(cluster, namespace, "big")()
        for name in ("small-1", "small-2", "small-3"):
            if name != "small-3" or overtakes:
                cluster.alice.delete("pods", namespace, name)
        cluster.wait_started(namespace, "big")
        assert overtakes or waits(cluster, namespace, "small-3")()


def test_what_asks_for_no_gpu_is_left_alone_in_a_managed_namespace(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1}, name="default")
    for item in (objects.pod(namespace, "build", gpus=0), objects.pod(namespace, "pipeline-step", gpus=0),
                 objects.statefulset(namespace, "postgresql", gpus=0), objects.deployment(namespace, "chatbot", gpus=0),
                 objects.job(namespace, "backup", gpus=0), objects.notebook(namespace, "cpu-only", gpus=0)):
        made = cluster.alice.create(item)
        assert not made.warnings and objects.QUEUE_LABEL not in queries.labels(made), made
    wait_for(lambda: sum(map(queries.running, cluster.pods(namespace))) == 6, message="all six to run")
    for pod in cluster.pods(namespace):
        assert objects.QUEUE_LABEL not in queries.labels(pod) and "nodeSelector" not in pod["spec"], pod
        assert not any(key.startswith("gpuaas.dev/") for key in queries.annotations(pod)), pod
        assert all(toleration["key"].startswith("node.kubernetes.io/") for toleration in pod["spec"]["tolerations"])
    assert not cluster.api.list("workloads", namespace)


def test_a_pod_keeps_the_tolerations_and_the_selector_that_it_brings(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1, BIG: 4})
    equal = {"key": objects.GPU, "operator": "Equal", "value": "true", "effect": "NoSchedule"}
    for name, spec in (("equal", {"tolerations": [equal]}),
                       ("exists", {"tolerations": [{"key": objects.GPU, "operator": "Exists"}]}),
                       ("selector", {"nodeSelector": {objects.INSTANCE_TYPE: "g6.12xlarge"}}),
                       ("all", {"tolerations": [objects.GPU_TOLERATION],
                                "nodeSelector": {objects.INSTANCE_TYPE: "g6.12xlarge"}})):
        cluster.alice.create(objects.pod(namespace, name, spec=spec))
        found = cluster.wait_running(namespace, name)["spec"]
        brought = spec.get("tolerations", [])
        of_gpu = [entry for entry in found["tolerations"] if entry["key"] == objects.GPU]
        assert of_gpu[:len(brought)] == brought, f"{name}: {of_gpu}"
        assert len(of_gpu) == (2 if name == "equal" else 1), f"{name}: {of_gpu}"
        assert found["nodeName"] == ("gpu-1" if name == "equal" else "gpu-4"), name


def test_what_is_larger_than_any_flavor_says_so_and_blocks_nobody(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    queue = cluster.queue(namespace, {SMALL: 1, BIG: 4})
    wait_active(cluster, namespace)
    huge = objects.pod(namespace, "huge", 6)
    wait_warned(lambda: cluster.alice.create(huge, dry_run=True), f"cannot start in {queue} yet", "6 > 4")
    huge = cluster.alice.create(huge)
    wait_reason(cluster, huge, "request > maximum capacity (6 > 4)", reason="Inadmissible")
    event = wait_for(lambda: own_events(cluster, huge), message="an event on the pod")[0]
    assert event["type"] == "Warning" and event["reason"] == "Inadmissible", event
    cluster.alice.create(objects.pod(namespace, "modest"))
    cluster.wait_running(namespace, "modest")


def test_a_namespace_that_is_unlabelled_lets_everything_go(cluster: Cluster) -> None:
    namespace, other = cluster.namespace(), cluster.namespace("other")
    cluster.queue(namespace, {SMALL: 1}, cluster_queue="shared")
    cluster.queue(other, {SMALL: 1}, cluster_queue="shared")
    cluster.alice.create(objects.pod(namespace, "holder"))
    cluster.wait_running(namespace, "holder")
    cluster.alice.create(objects.notebook(namespace, "wb"))
    cluster.alice.create(objects.pod(namespace, "waiting"))
    job = cluster.alice.create(objects.job(namespace, "train", parallelism=2))
    wait_reason(cluster, job)
    cluster.bob.create(objects.pod(other, "neighbour"))
    cluster.wait_gated(namespace, "wb-0")

    cluster.api.patch("namespaces", None, namespace, {"metadata": {"labels": {"kueue.openshift.io/managed": None}}})
    for name in ("waiting", "wb-0"):
        spec = cluster.wait_started(namespace, name)["spec"]
        assert "nodeSelector" not in spec, f"{name} was placed"
    wait_job(cluster, namespace, "train", suspended=False)
    wait_for(lambda: not cluster.api.list("workloads", namespace), message="the Workloads to go")
    wait_for(lambda: len(cluster.pods(namespace)) == 5 and not any(map(queries.gated, cluster.pods(namespace))),
             message="no gate to be left")
    stays(waits(cluster, other, "neighbour"), 0.5, "the GPU of a running pod was given away")
    cluster.alice.delete("pods", namespace, "holder")
    cluster.wait_started(other, "neighbour")


def test_a_workbench_that_restarts_or_gets_a_new_image_keeps_its_gpu(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    cluster.alice.create(objects.notebook(namespace, "wb-1"))
    first = cluster.wait_running(namespace, "wb-1-0")
    cluster.bob.create(objects.notebook(namespace, "wb-2"))
    cluster.wait_gated(namespace, "wb-2-0")
    cluster.restart_notebook(namespace, "wb-1", user="alice")
    second = wait_replaced(cluster, namespace, first, queries.running)
    cluster.alice.patch("notebooks", namespace, "wb-1", kind="json", body=[
        {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "registry.test/image:2"}])
    third = wait_replaced(cluster, namespace, second, queries.running)
    assert third["spec"]["containers"][0]["image"] == "registry.test/image:2"
    assert waits(cluster, namespace, "wb-2-0")()
    notebook = cluster.api.get("notebooks", namespace, "wb-1")
    assert queries.admitted(cluster.workload_of(notebook))


def test_a_queued_workbench_that_is_stopped_leaves_and_rejoins_at_the_tail(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    notebooks = {}
    for name in ("wb-1", "wb-2", "wb-3"):
        notebooks[name] = cluster.alice.create(objects.notebook(namespace, name))
        (cluster.wait_running if name == "wb-1" else cluster.wait_gated)(namespace, f"{name}-0")
    wait_reason(cluster, notebooks["wb-2"])
    cluster.stop_notebook(namespace, "wb-2", user="alice")
    cluster.wait_gone("pods", namespace, "wb-2-0")
    wait_for(lambda: cluster.workload_of(notebooks["wb-2"]) is None, message="its Workload to go")
    cluster.start_notebook(namespace, "wb-2", user="alice")
    cluster.wait_gated(namespace, "wb-2-0")
    cluster.stop_notebook(namespace, "wb-1", user="alice")
    cluster.wait_running(namespace, "wb-3-0")
    assert waits(cluster, namespace, "wb-2-0")()
    cluster.stop_notebook(namespace, "wb-3", user="alice")
    cluster.wait_running(namespace, "wb-2-0")


@scenario(notebooks="kubeflow")
def test_kubeflow_and_the_older_label_of_namespaces_work_as_well(cluster: Cluster) -> None:
    namespace = cluster.namespace(managed=False, labels={"kueue-managed": "true"})
    queue = cluster.queue(namespace, {SMALL: 1})
    first, second = (objects.notebook(namespace, name, version="v1beta1") for name in ("wb-1", "wb-2"))
    first = cluster.alice.create(first)
    cluster.wait_running(namespace, "wb-1-0")
    cluster.wait_admitted(first)
    wait_warned(lambda: cluster.bob.create(second, dry_run=True), f"queued in {queue} at position")
    cluster.bob.create(second)
    cluster.wait_gated(namespace, "wb-2-0")
    cluster.stop_notebook(namespace, "wb-1", user="alice")
    cluster.wait_running(namespace, "wb-2-0")


def test_a_flavor_without_any_node_is_reported(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.api.create(objects.flavor("ghost", {objects.INSTANCE_TYPE: "g6.48xlarge"}, [objects.GPU_TOLERATION]))
    cluster.queue(namespace, {SMALL: 1, "ghost": 8})

    def is_told() -> bool:
        active = queries.condition(cluster.api.get("clusterqueues", None, namespace), "Active")
        return active is not None and "no ready node has the labels of flavor(s): ghost" in active["message"]

    wait_for(is_told, message="the ClusterQueue to name the flavor")


def test_two_teams_with_queues_of_their_own_do_not_disturb_each_other(cluster: Cluster) -> None:
    teams = {"alice": cluster.namespace("team-a", users=("alice",)), "bob": cluster.namespace("team-b", users=("bob",))}
    cluster.queue(teams["alice"], {SMALL: 1})
    cluster.queue(teams["bob"], {BIG: 4})
    for user, gpus in (("alice", 1), ("bob", 4)):
        for name in ("first", "second"):
            cluster.create(objects.pod(teams[user], name, gpus), user)
        cluster.wait_running(teams[user], "first")
        cluster.wait_gated(teams[user], "second")
    cluster.bob.delete("pods", teams["bob"], "first")
    assert cluster.wait_running(teams["bob"], "second")["spec"]["nodeName"] == "gpu-4"
    assert waits(cluster, teams["alice"], "second")()
    cluster.alice.delete("pods", teams["alice"], "first")
    assert cluster.wait_running(teams["alice"], "second")["spec"]["nodeName"] == "gpu-1"


def test_the_status_of_both_queues_tells_counts_and_usage(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    queue = cluster.queue(namespace, {SMALL: 1, BIG: 4})
    for name, gpus in (("first", 1), ("second", 4), ("third", 4)):
        cluster.alice.create(objects.pod(namespace, name, gpus))
        (cluster.wait_gated if name == "third" else cluster.wait_running)(namespace, name)

    def is_told(pending: int, admitted: int, used: dict[str, str]) -> bool:
        for item, usage in ((cluster.api.get("clusterqueues", None, namespace), "flavorsUsage"),
                            (cluster.api.get("localqueues", namespace, queue), "flavorUsage")):
            status = item.get("status", {})
            counts = [status.get(f"{state}Workloads") for state in ("pending", "reserving", "admitted")]
            assert counts == [pending, admitted, admitted], status
            assert queries.has_condition(item, "Active"), status
            for field in (usage, "flavorsReservation"):
                found = {flavor["name"]: flavor["resources"][0]["total"] for flavor in status.get(field, [])}
                assert found == used, status
        return True

    wait_for(lambda: is_told(1, 2, {SMALL: "1", BIG: "4"}), message="the status")
    for name in ("first", "second"):
        cluster.alice.delete("pods", namespace, name)
    wait_for(lambda: is_told(0, 1, {SMALL: "0", BIG: "4"}), message="the status after the releases")


def test_what_waits_for_a_missing_queue_says_so_and_starts_when_it_is_made(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    lost, orphan = (cluster.alice.create(objects.pod(namespace, name, queue=name)) for name in ("lost", "orphan"))
    assert any("has no usable LocalQueue 'lost'" in text for text in lost.warnings), lost.warnings
    wait_reason(cluster, lost, "LocalQueue lost doesn't exist", reason="Inadmissible")
    cluster.api.create(objects.local_queue(namespace, "orphan", f"{namespace}-late"))
    wait_reason(cluster, orphan, f"ClusterQueue {namespace}-late doesn't exist", reason="Inadmissible")
    late = objects.pod(namespace, "late", queue="orphan")
    wait_warned(lambda: cluster.alice.create(late, dry_run=True), f"no usable ClusterQueue '{namespace}-late'")
    late = cluster.alice.create(late)
    wait_reason(cluster, late, f"ClusterQueue {namespace}-late doesn't exist", reason="Inadmissible")
    cluster.queue(namespace, {BIG: 4}, name="lost", cluster_queue=f"{namespace}-late")
    for name in ("lost", "orphan", "late"):
        assert flavor_of(cluster.wait_running(namespace, name)) == BIG
