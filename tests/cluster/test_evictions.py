# SPDX-License-Identifier: Apache-2.0
"""What becomes of workloads that were stopped by us: they wait, come back, and belong to their users all the same."""
from __future__ import annotations

from harness import objects, queries
from harness.cluster import Cluster
from harness.scenario import DEFAULT_CONFIG, scenario
from harness.waiting import stays, wait_for
from steps import BIG, SMALL, flavor_of, wait_job, wait_job_pods
from test_faults import need_failpoints
from test_policy import PRIORITY_LABEL, STOPPED_BY, high, preempting, wait_condition

SUSPEND_BY_STOP = DEFAULT_CONFIG + "suspendMode: Stop\n"
LOCK = "odh-notebook-controller-lock"
PLACEMENT = "gpuaas.dev/placement"
SMALL_NODE = {"nodeSelector": {objects.INSTANCE_TYPE: "g6.4xlarge"}}


def notebook_annotations(cluster: Cluster, namespace: str, name: str) -> dict[str, str]:
    return queries.annotations(cluster.api.get("notebooks", namespace, name))


def wait_stopped(cluster: Cluster, namespace: str, name: str) -> dict[str, str]:
    """Until the Notebook is stopped by us; returns its annotations."""
    def find() -> dict[str, str]:
        found = notebook_annotations(cluster, namespace, name)
        assert found.get(STOPPED_BY, "").startswith("gpuaas:"), found
        assert found.get(objects.STOPPED, "")[:2] == "20", found
        return found

    return wait_for(find, message=f"Notebook {name} to be stopped by us")


def test_an_evicted_job_may_start_again_on_another_flavor(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1, BIG: 4}, extra=preempting(withinClusterQueue="LowerPriority"))
    with high(cluster):
        job = cluster.alice.create(objects.job(namespace, "job"))
        pod, = wait_job_pods(cluster, job, 1, queries.running)
        assert flavor_of(pod) == SMALL
        cluster.wait_admitted(job)
        cluster.alice.create(objects.pod(namespace, "urgent", labels={PRIORITY_LABEL: "high"}, spec=SMALL_NODE))
        cluster.wait_running(namespace, "urgent")
        wait_for(lambda: [flavor_of(item) for item in wait_job_pods(cluster, job, 1, queries.running)] == [BIG],
                 message="the Job to run on the other flavor")
        template = cluster.api.get("jobs", namespace, "job")["spec"]["template"]["spec"]
        assert template["nodeSelector"] == {objects.INSTANCE_TYPE: "g6.12xlarge"}, template
        assert len(template["tolerations"]) == 1, template


def test_a_job_that_its_user_suspends_is_as_he_wrote_it(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    job = cluster.alice.create(objects.job(namespace, "job"))
    wait_job_pods(cluster, job, 1, queries.running)
    cluster.alice.create(objects.pod(namespace, "next"))
    cluster.wait_gated(namespace, "next")
    cluster.alice.patch("jobs", namespace, "job", {"spec": {"suspend": True}})
    cluster.wait_running(namespace, "next")

    def is_whole() -> bool:
        found = cluster.api.get("jobs", namespace, "job")
        template = found["spec"]["template"]["spec"]
        assert PLACEMENT not in queries.annotations(found), queries.annotations(found)
        assert not template.get("nodeSelector") and not template.get("tolerations"), template
        return True

    wait_for(is_whole, message="the placement to be taken out")


@scenario(config=SUSPEND_BY_STOP)
def test_a_notebook_that_waits_stopped_starts_when_its_turn_comes(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    cluster.bob.create(objects.pod(namespace, "holder"))
    cluster.wait_running(namespace, "holder")
    notebook = cluster.alice.create(objects.notebook(namespace, "wb"))
    wait_stopped(cluster, namespace, "wb")
    wait_condition(cluster, notebook, "QuotaReserved", "False")
    stays(lambda: cluster.notebook_pod(namespace, "wb") is None, 0.7, "it has a Pod")
    cluster.bob.delete("pods", namespace, "holder")
    cluster.wait_running(namespace, "wb-0")
    found = notebook_annotations(cluster, namespace, "wb")
    assert STOPPED_BY not in found and objects.STOPPED not in found, found
    cluster.wait_admitted(notebook)


@scenario(config=SUSPEND_BY_STOP)
def test_a_notebook_that_odh_locked_is_handed_back_with_the_lock(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    cluster.alice.create(objects.notebook(namespace, "wb", annotations={objects.STOPPED: LOCK}))
    cluster.wait_running(namespace, "wb-0")
    found = notebook_annotations(cluster, namespace, "wb")
    assert STOPPED_BY not in found and objects.STOPPED not in found, found


@scenario(config=SUSPEND_BY_STOP)
def test_a_user_who_starts_what_waits_stopped_keeps_his_place_and_waits_by_the_gate(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    cluster.bob.create(objects.pod(namespace, "holder"))
    cluster.wait_running(namespace, "holder")
    notebook = cluster.alice.create(objects.notebook(namespace, "wb"))
    wait_stopped(cluster, namespace, "wb")
    wait_condition(cluster, notebook, "QuotaReserved", "False")
    cluster.bob.create(objects.pod(namespace, "later"))
    cluster.wait_gated(namespace, "later")
    cluster.start_notebook(namespace, "wb", user="alice")
    cluster.wait_gated(namespace, "wb-0")
    assert STOPPED_BY not in notebook_annotations(cluster, namespace, "wb")
    cluster.bob.delete("pods", namespace, "holder")
    cluster.wait_running(namespace, "wb-0")
    assert queries.gated(cluster.pod(namespace, "later")), "who came later went first"


def test_a_preempted_notebook_comes_back_by_itself_to_its_place(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1}, extra=preempting(withinClusterQueue="LowerPriority"))
    with high(cluster):
        notebook = cluster.alice.create(objects.notebook(namespace, "wb"))
        cluster.wait_running(namespace, "wb-0")
        cluster.wait_admitted(notebook)
        cluster.alice.create(objects.pod(namespace, "urgent", labels={PRIORITY_LABEL: "high"}))
        wait_stopped(cluster, namespace, "wb")
        cluster.wait_running(namespace, "urgent")
        cluster.bob.create(objects.pod(namespace, "later"))
        cluster.wait_gated(namespace, "later")
        cluster.alice.delete("pods", namespace, "urgent")
        cluster.wait_running(namespace, "wb-0")
        assert queries.gated(cluster.pod(namespace, "later")), "who came later went first"
        wait_condition(cluster, notebook, "Evicted", "False")
        found = notebook_annotations(cluster, namespace, "wb")
        assert STOPPED_BY not in found and objects.STOPPED not in found, found


def test_a_notebook_that_its_user_stops_again_is_his(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1}, extra=preempting(withinClusterQueue="LowerPriority"))
    with high(cluster):
        notebook = cluster.alice.create(objects.notebook(namespace, "wb"))
        cluster.wait_running(namespace, "wb-0")
        cluster.wait_admitted(notebook)
        cluster.alice.create(objects.pod(namespace, "urgent", labels={PRIORITY_LABEL: "high"}))
        wait_stopped(cluster, namespace, "wb")
        cluster.wait_running(namespace, "urgent")
        cluster.stop_notebook(namespace, "wb", user="alice")
        cluster.alice.delete("pods", namespace, "urgent")
        wait_for(lambda: cluster.workload_of(notebook) is None, message="its Workload to go")
        stays(lambda: cluster.notebook_pod(namespace, "wb") is None, 0.7, "it was started")


def test_whoever_leads_next_stops_what_was_told_to_go(cluster: Cluster) -> None:
    need_failpoints(cluster)
    namespace = cluster.namespace()
    cluster.queue(namespace, {SMALL: 1})
    job = cluster.alice.create(objects.job(namespace, "job"))
    wait_job_pods(cluster, job, 1, queries.running)
    workload = cluster.wait_admitted(job)
    leader = cluster.leader()
    leader.set_failpoint("before_stop")
    cluster.api.patch("workloads", namespace, workload["metadata"]["name"], {"spec": {"active": False}})
    leader.wait_failpoint()
    assert not queries.suspended(cluster.api.get("jobs", namespace, "job"))
    leader.is_expected_to_end = True
    wait_job(cluster, namespace, "job", suspended=True)
    wait_condition(cluster, job, "QuotaReserved", "False")
