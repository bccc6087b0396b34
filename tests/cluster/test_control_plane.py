# SPDX-License-Identifier: Apache-2.0
"""The test control plane itself, without gpuaas: what the other tests take for granted."""
from __future__ import annotations

import threading
from typing import Iterator

from harness import objects, queries
from harness.api import ApiError, Watch
from harness.balancer import Balancer
from harness.cluster import Cluster
from harness.scenario import scenario
from harness.waiting import stays, wait_for

ON_GPU_NODE = {"nodeSelector": {objects.INSTANCE_TYPE: "g6.4xlarge"}, "tolerations": [objects.GPU_TOLERATION]}


def until_cut(watch: Watch) -> Iterator[tuple[str, dict]]:
    try:
        yield from watch
    except OSError:
        pass


@scenario(replicas=0)
def test_a_pod_of_a_user_runs_on_the_node_without_gpu(cluster: Cluster) -> None:
    namespace = cluster.namespace(managed=False)
    cluster.alice.create(objects.pod(namespace, "plain", gpus=0))
    assert cluster.wait_running(namespace, "plain")["spec"]["nodeName"] == "cpu-1"


@scenario(replicas=0)
def test_one_gpu_is_there_for_one_pod_at_a_time(cluster: Cluster) -> None:
    namespace = cluster.namespace(managed=False)
    for name in ("first", "second"):
        cluster.alice.create(objects.pod(namespace, name, spec=ON_GPU_NODE))
        wait_for(lambda: queries.condition(cluster.pod(namespace, name), "PodScheduled"), message=f"{name} to be tried")
    assert cluster.wait_running(namespace, "first")["spec"]["nodeName"] == "gpu-1"
    assert not queries.running(cluster.pod(namespace, "second"))
    cluster.alice.delete("pods", namespace, "first")
    cluster.wait_running(namespace, "second")


@scenario(replicas=0)
def test_a_user_has_the_role_edit_and_no_more(cluster: Cluster) -> None:
    mine, other = cluster.namespace("mine", users=("alice",)), cluster.namespace("other", users=("bob",))
    cluster.alice.create(objects.notebook(mine, "wb", gpus=0))
    for attempt in (lambda: cluster.alice.create(objects.pod(other, "intruder", gpus=0)),
                    lambda: cluster.alice.patch("namespaces", None, mine, {"metadata": {"labels": {"a": "b"}}}),
                    lambda: cluster.alice.list("nodes")):
        try:
            attempt()
        except ApiError as error:
            assert error.status == 403, error
        else:
            raise AssertionError("alice may do too much")


@scenario(replicas=0)
def test_a_notebook_gets_a_statefulset_and_a_pod_until_it_is_stopped(cluster: Cluster) -> None:
    namespace = cluster.namespace(managed=False)
    cluster.alice.create(objects.notebook(namespace, "wb", gpus=0, profile="small", labels={"team": "a"}))
    pod = cluster.wait_running(namespace, "wb-0")
    assert queries.labels(pod)["team"] == "a"
    assert queries.labels(pod)["opendatahub.io/workbenches"] == "true"
    assert queries.annotations(pod)[objects.PROFILE] == "small"
    statefulset = cluster.api.get("statefulsets", namespace, "wb")
    assert queries.labels(statefulset) == {"team": "a"}
    wait_for(lambda: cluster.api.get("notebooks", namespace, "wb").get("status", {}).get("readyReplicas") == 1)

    cluster.stop_notebook(namespace, "wb", user="alice")
    cluster.wait_gone("pods", namespace, "wb-0")
    cluster.start_notebook(namespace, "wb", user="alice")
    first = cluster.wait_running(namespace, "wb-0")
    cluster.restart_notebook(namespace, "wb", user="alice")
    wait_for(lambda: cluster.pod(namespace, "wb-0")["metadata"]["uid"] != first["metadata"]["uid"], message="a new pod")
    wait_for(lambda: objects.RESTART not in queries.annotations(cluster.api.get("notebooks", namespace, "wb")),
             message="the key to go")


@scenario(replicas=0, notebooks="kubeflow")
def test_kubeflow_copies_labels_to_the_pod_only(cluster: Cluster) -> None:
    namespace = cluster.namespace(managed=False)
    cluster.alice.create(objects.notebook(namespace, "wb", gpus=0, labels={"team": "a"}, version="v1beta1"))
    pod = cluster.wait_running(namespace, "wb-0")
    assert queries.labels(pod)["team"] == "a"
    assert "opendatahub.io/workbenches" not in queries.labels(pod)
    assert queries.labels(cluster.api.get("statefulsets", namespace, "wb")) == {}


@scenario(replicas=0)
def test_the_pods_of_a_job_end_only_when_told(cluster: Cluster) -> None:
    namespace = cluster.namespace(managed=False)
    job = cluster.alice.create(objects.job(namespace, "train", gpus=0, parallelism=2))
    wait_for(lambda: sum(map(queries.running, cluster.pods(namespace))) == 2, message="both pods to run")
    first, second = cluster.pods(namespace)
    assert queries.owned_by(first, job)
    cluster.complete(namespace, first["metadata"]["name"])
    wait_for(lambda: queries.terminal(cluster.pod(namespace, first["metadata"]["name"])), message="the first to end")
    stays(lambda: queries.running(cluster.pod(namespace, second["metadata"]["name"])), 0.3, "the second ended too")
    cluster.complete(namespace, second["metadata"]["name"])
    wait_for(lambda: queries.finished(cluster.api.get("jobs", namespace, "train")), message="the job to be complete")


@scenario(replicas=0)
def test_a_proxy_stalls_and_cuts_a_watch_and_lets_new_connections_pass(cluster: Cluster) -> None:
    namespace = cluster.namespace(managed=False)
    proxy = Balancer([int(cluster.control_plane.server.rpartition(":")[2])])
    api = cluster.control_plane.api_through(proxy.port)
    seen: list[str] = []
    watch = api.watch("pods", namespace)
    reader = threading.Thread(target=lambda: seen.extend(item["metadata"]["name"] for _, item in until_cut(watch)))
    reader.start()
    cluster.api.create(objects.pod(namespace, "before", gpus=0))
    wait_for(lambda: "before" in seen)
    assert proxy.stall(new_too=False) == 1
    cluster.api.create(objects.pod(namespace, "meanwhile", gpus=0))
    assert len(api.list("pods", namespace)) == 2
    stays(lambda: "meanwhile" not in seen, 0.3, "the stalled watch went on")
    proxy.heal()
    wait_for(lambda: "meanwhile" in seen)
    assert proxy.cut() == 2
    reader.join()
    proxy.close()


@scenario(replicas=0)
def test_kubectl_works_as_a_user(cluster: Cluster) -> None:
    namespace = cluster.namespace(managed=False)
    assert cluster.kubectl("auth", "can-i", "create", "notebooks", "-n", namespace, user="bob").stdout.strip() == "yes"
    assert cluster.kubectl("get", "secrets", "-n", "kube-system", user="bob", check=False).returncode == 1
