# SPDX-License-Identifier: Apache-2.0
"""What several scenarios do, and what they ask."""
from __future__ import annotations

from typing import Any, Callable

from harness import objects, queries
from harness.api import ApiError
from harness.cluster import Cluster
from harness.replica import Replica
from harness.waiting import DEFAULT_TIMEOUT, wait_for

SMALL, BIG = "nvidia-l4-1gpu", "nvidia-l4-4gpu"
REASON = "QuotaReserved"  # the condition that says why something waits


def refused(attempt: Callable[[], Any], *words: str) -> None:
    """Fails unless the request is refused with a message that has those words."""
    try:
        attempt()
    except ApiError as error:
        missing = [word for word in words if word not in error.message]
        assert error.status in (400, 403, 422) and not missing, f"refused without {missing}: {error}"
    else:
        raise AssertionError(f"not refused; the words {words} were expected")


def warned(warnings: list[str], *words: str) -> None:
    """Fails unless one warning has all those words."""
    assert any(all(word in text for word in words) for text in warnings), f"no warning has {words}: {warnings}"


def wait_warned(attempt: Callable[[], Any], *words: str) -> None:
    """Until a dry run warns so: a replica's view of usage is a moment late."""
    def is_warned() -> bool:
        warned(attempt().warnings, *words)
        return True

    wait_for(is_warned, message="the warning")


def wait_active(cluster: Cluster, name: str) -> dict:
    """Until the ClusterQueue says that it can admit; returns it."""
    def find() -> dict | None:
        queue = cluster.api.get("clusterqueues", None, name)
        return queue if queries.has_condition(queue, "Active") else None

    return wait_for(find, message=f"ClusterQueue {name} to be active")


def wait_reason(cluster: Cluster, owner: dict, *words: str, reason: str | None = None) -> dict:
    """Until the Workload of the object says with those words why it waits; returns the Workload."""
    def find() -> dict | None:
        workload = cluster.workload_of(owner)
        found = queries.condition(workload or {}, REASON)
        is_told = found is not None and found["status"] == "False" and reason in (None, found["reason"])
        assert is_told and all(word in found["message"] for word in words), found
        return workload

    return wait_for(find, message=f"{owner['metadata']['name']} to wait because of {words}")


def pods_of(cluster: Cluster, namespace: str, app: str) -> list[dict]:
    """The pods of a Deployment or StatefulSet that are not ending."""
    return [pod for pod in cluster.pods(namespace, f"app={app}") if "deletionTimestamp" not in pod["metadata"]]


def wait_pods(cluster: Cluster, namespace: str, app: str, count: int, condition: Callable[[dict], bool]) -> list[dict]:
    """Until there are that many pods of a Deployment or StatefulSet and the condition holds for all."""
    def find() -> list[dict] | None:
        found = pods_of(cluster, namespace, app)
        return found if len(found) == count and all(map(condition, found)) else None

    return wait_for(find, message=lambda: f"{count} pods of {app}; {namespaced_states(cluster, namespace)}")


def scale(cluster: Cluster, namespace: str, deployment: str, replicas: int, user: str = "alice") -> None:
    cluster.as_user(user).patch("deployments", namespace, deployment, {"spec": {"replicas": replicas}})


def started(pod: dict) -> bool:
    return not queries.gated(pod)


def wait_job(cluster: Cluster, namespace: str, name: str, suspended: bool, timeout: float = DEFAULT_TIMEOUT) -> dict:
    """Until the Job is suspended, or is not; returns it."""
    def find() -> dict | None:
        job = cluster.api.get("jobs", namespace, name)
        return job if queries.suspended(job) == suspended else None

    return wait_for(find, timeout, f"job {name} to be {'suspended' if suspended else 'started'}")


def pods_of_job(cluster: Cluster, job: dict) -> list[dict]:
    """Those that the Job owns now."""
    return [pod for pod in cluster.pods(job["metadata"]["namespace"]) if queries.owned_by(pod, job)]


def wait_job_pods(cluster: Cluster, job: dict, count: int, condition: Callable[[dict], bool]) -> list[dict]:
    """Until the Job owns that many pods for which the condition holds; returns them."""
    def find() -> list[dict] | None:
        found = [pod for pod in pods_of_job(cluster, job) if condition(pod)]
        return found if len(found) == count else None

    namespace = job["metadata"]["namespace"]
    return wait_for(find, message=lambda: f"{count} pods of {job['metadata']['name']}; "
                                          f"{namespaced_states(cluster, namespace)}")


def wait_replaced(cluster: Cluster, namespace: str, before: dict, condition: Callable[[dict], bool]) -> dict:
    """Until another pod has the name of that one and the condition holds for it; returns it."""
    name = before["metadata"]["name"]

    def find() -> dict | None:
        pod = cluster.api.find("pods", namespace, name)
        is_new = pod is not None and pod["metadata"]["uid"] != before["metadata"]["uid"]
        return pod if is_new and condition(pod) else None

    return wait_for(find, message=lambda: f"a new {name}; {namespaced_states(cluster, namespace)}")


def namespaced_states(cluster: Cluster, namespace: str) -> str:
    return ", ".join(f"{pod['metadata']['name']}: {'gated' if queries.gated(pod) else pod['status'].get('phase')}"
                     for pod in cluster.pods(namespace))


def waits(cluster: Cluster, namespace: str, pod_name: str) -> Callable[[], bool]:
    """A condition: the pod is there, behind our gate."""
    return lambda: queries.gated(cluster.pod(namespace, pod_name))


def flavor_of(pod: dict) -> str:
    """The flavor that our admission gave to the GPUs of a started pod."""
    admission = queries.admission(pod)
    assert admission is not None, f"{pod['metadata']['name']} has no admission"
    return admission["podSets"][0]["flavors"][objects.GPU][0]


def pause_before_patch(cluster: Cluster) -> Replica:
    """Lets the leader pause itself when it next has a start committed and not yet sent; followers answer the API server
    from now on. Needs a program that was built with FAILPOINTS=1."""
    leader = cluster.leader()
    cluster.route(*cluster.followers())
    leader.set_failpoint("after_commit", "stop")
    return leader
