# SPDX-License-Identifier: Apache-2.0
"""Questions about objects as the API returns them."""
from __future__ import annotations

import json

from .objects import ADMISSION, GATE

MANAGED_PREFIXES = ("nvidia.com/", "amd.com/")


def annotations(item: dict) -> dict[str, str]:
    return item["metadata"].get("annotations") or {}


def labels(item: dict) -> dict[str, str]:
    return item["metadata"].get("labels") or {}


def condition(item: dict, kind: str) -> dict | None:
    """The status condition of that type, or None."""
    found = item.get("status", {}).get("conditions") or []
    return next((entry for entry in found if entry["type"] == kind), None)


def has_condition(item: dict, kind: str, status: str = "True") -> bool:
    found = condition(item, kind)
    return found is not None and found["status"] == status


def gated(pod: dict) -> bool:
    """True if a Pod waits behind our gate."""
    return any(gate["name"] == GATE for gate in pod["spec"].get("schedulingGates") or [])


def suspended(job: dict) -> bool:
    return job["spec"].get("suspend", False)


def terminal(pod: dict) -> bool:
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def running(pod: dict) -> bool:
    return pod.get("status", {}).get("phase") == "Running"


def finished(job: dict) -> bool:
    return has_condition(job, "Complete") or has_condition(job, "Failed")


def admitted(workload: dict) -> bool:
    """True if a Workload says that it is admitted."""
    return has_condition(workload, "Admitted")


def admission(item: dict) -> dict | None:
    """The decoded annotation gpuaas.dev/admission of a Pod or Job: workload, clusterQueue, localQueue, podSets."""
    text = annotations(item).get(ADMISSION)
    return json.loads(text) if text is not None else None


def managed_requests(pod_spec: dict) -> dict[str, int]:
    """What a pod asks of extended resources under quota: the containers together, or the largest init container."""
    totals: dict[str, int] = {}
    for entry in pod_spec["containers"]:
        for name, amount in _amounts(entry).items():
            totals[name] = totals.get(name, 0) + amount
    for entry in pod_spec.get("initContainers") or []:
        for name, amount in _amounts(entry).items():
            totals[name] = max(totals.get(name, 0), amount)
    return totals


def _amounts(entry: dict) -> dict[str, int]:
    found = entry.get("resources", {})
    amounts = {**(found.get("limits") or {}), **(found.get("requests") or {})}
    return {name: int(amount) for name, amount in amounts.items() if name.startswith(MANAGED_PREFIXES)}


def owned_by(item: dict, owner: dict) -> bool:
    uid = owner["metadata"]["uid"]
    return any(reference["uid"] == uid for reference in item["metadata"].get("ownerReferences") or [])
