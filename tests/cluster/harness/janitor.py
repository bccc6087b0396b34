# SPDX-License-Identifier: Apache-2.0
"""Cleaning between tests, quickly: namespaces may go on ending by themselves, nodes and quota are free at once."""
from __future__ import annotations

from .api import Api, ApiError
from .waiting import wait_for

OWNERS = ("notebooks", "deployments", "statefulsets", "jobs", "replicasets")
CLUSTER_WIDE = ("clusterqueues", "resourceflavors")


def remove_all(api: Api, namespaces: list[str], has_queues: bool) -> None:
    """Deletes the namespaces with their pods, and all queues and flavors."""
    for namespace in namespaces:
        api.delete("namespaces", None, namespace)
        for plural in OWNERS:
            api.delete_all(plural, namespace)
    for namespace in namespaces:
        wait_for(lambda: _pods_are_gone(api, namespace), 20, f"the pods of {namespace} to be gone", interval=0.005)
    if has_queues:
        for plural in CLUSTER_WIDE:
            api.delete_all(plural)
        for plural in CLUSTER_WIDE:
            wait_for(lambda: _objects_are_gone(api, plural), 10, f"the {plural} to be gone", interval=0.005)


def _pods_are_gone(api: Api, namespace: str) -> bool:
    pods = api.list("pods", namespace)
    for pod in pods:
        _drop_finalizers(api, "pods", pod)
    if pods:
        api.delete_all("pods", namespace, grace_seconds=0)
    return not pods


def _objects_are_gone(api: Api, plural: str) -> bool:
    items = api.list(plural)
    for item in items:
        _drop_finalizers(api, plural, item)
    return not items


def _drop_finalizers(api: Api, plural: str, item: dict) -> None:
    """A test may have put one there to keep something terminating; Jobs put theirs on their pods."""
    metadata = item["metadata"]
    if not metadata.get("finalizers") or "deletionTimestamp" not in metadata:
        return
    try:
        api.patch(plural, metadata.get("namespace"), metadata["name"], {"metadata": {"finalizers": None}})
    except ApiError as error:
        # With every replica down the webhook refuses this for pods of managed namespaces.
        if error.status not in (404, 409, 500):
            raise
