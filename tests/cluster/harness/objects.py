# SPDX-License-Identifier: Apache-2.0
"""Builders for the objects of the scenarios. `extra` is merged into the finished object, deep."""
from __future__ import annotations

from .resources import KUEUE

GPU = "nvidia.com/gpu"
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
GATE = "kueue.x-k8s.io/admission"
ADMISSION = "gpuaas.dev/admission"
PROFILE = "opendatahub.io/hardware-profile-name"
STOPPED = "kubeflow-resource-stopped"
RESTART = "notebooks.opendatahub.io/notebook-restart"
COMPLETE = "gpuaas.test/complete"
MANAGED = {"kueue.openshift.io/managed": "true"}
GPU_TAINT = {"key": GPU, "value": "true", "effect": "NoSchedule"}
GPU_TOLERATION = {"key": GPU, "operator": "Exists", "effect": "NoSchedule"}
INSTANCE_TYPE = "node.kubernetes.io/instance-type"


def merge(target: dict, extra: dict | None) -> dict:
    """Puts `extra` into `target`, map by map; a None removes. Returns the target."""
    for name, value in (extra or {}).items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(target[name], value)
        else:
            target[name] = value
    return target


def _metadata(namespace: str | None, name: str, queue: str | None = None, labels: dict | None = None,
              annotations: dict | None = None) -> dict:
    metadata: dict = {"name": name, "labels": dict(labels or {}), "annotations": dict(annotations or {})}
    if namespace is not None:
        metadata["namespace"] = namespace
    if queue is not None:
        metadata["labels"][QUEUE_LABEL] = queue
    return metadata


def _resources(gpus: int, cpu: str, memory: str) -> dict:
    amounts = {"cpu": cpu, "memory": memory}
    if gpus:
        amounts[GPU] = str(gpus)
    return {"requests": dict(amounts), "limits": dict(amounts)}


def container(gpus: int = 1, name: str = "main", cpu: str = "100m", memory: str = "64Mi") -> dict:
    return {"name": name, "image": "registry.test/image:1", "resources": _resources(gpus, cpu, memory)}


def pod_spec(gpus: int = 1, extra: dict | None = None, name: str = "main") -> dict:
    return merge({"containers": [container(gpus, name)], "terminationGracePeriodSeconds": 0}, extra)


def namespace(name: str, managed: bool = True, labels: dict | None = None) -> dict:
    found = {**(MANAGED if managed else {}), **(labels or {})}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": found}}


def flavor(name: str, node_labels: dict | None = None, tolerations: list | None = None,
           taints: list | None = None, extra: dict | None = None) -> dict:
    spec: dict = {}
    if node_labels:
        spec["nodeLabels"] = dict(node_labels)
    if tolerations:
        spec["tolerations"] = list(tolerations)
    if taints:
        spec["nodeTaints"] = list(taints)
    item = {"apiVersion": KUEUE, "kind": "ResourceFlavor", "metadata": {"name": name}, "spec": spec}
    return merge(item, extra)


def l4_flavor(gpus: int) -> dict:
    """The seed's flavor nvidia-l4-1gpu or nvidia-l4-4gpu, which selects the node gpu-1 or gpu-4."""
    instance_type = {1: "g6.4xlarge", 4: "g6.12xlarge"}[gpus]
    return flavor(f"nvidia-l4-{gpus}gpu", {INSTANCE_TYPE: instance_type}, [GPU_TOLERATION])


def cluster_queue(name: str, quotas: dict[str, dict[str, int | str]], strategy: str = "StrictFIFO",
                  cohort: str | None = None, extra: dict | None = None) -> dict:
    """One resource group; `quotas` is flavor -> resource -> nominal quota, in order, the same resources in each."""
    covered = list(next(iter(quotas.values())))
    flavors = [{"name": flavor_name,
                "resources": [{"name": resource, "nominalQuota": str(amounts[resource])} for resource in covered]}
               for flavor_name, amounts in quotas.items()]
    spec: dict = {
        "namespaceSelector": {},
        "queueingStrategy": strategy,
        "resourceGroups": [{"coveredResources": covered, "flavors": flavors}],
    }
    if cohort is not None:
        spec["cohort"] = cohort
    return merge({"apiVersion": KUEUE, "kind": "ClusterQueue", "metadata": {"name": name}, "spec": spec}, extra)


def local_queue(namespace_name: str, name: str, cluster_queue_name: str, annotations: dict | None = None) -> dict:
    metadata = _metadata(namespace_name, name, annotations=annotations)
    return {"apiVersion": KUEUE, "kind": "LocalQueue", "metadata": metadata,
            "spec": {"clusterQueue": cluster_queue_name}}


def pod(namespace_name: str, name: str, gpus: int = 1, queue: str | None = None, labels: dict | None = None,
        annotations: dict | None = None, spec: dict | None = None, extra: dict | None = None) -> dict:
    item = {"apiVersion": "v1", "kind": "Pod",
            "metadata": _metadata(namespace_name, name, queue, labels, annotations), "spec": pod_spec(gpus, spec)}
    return merge(item, extra)


def job(namespace_name: str, name: str, gpus: int = 1, parallelism: int = 1, queue: str | None = None,
        labels: dict | None = None, annotations: dict | None = None, spec: dict | None = None,
        extra: dict | None = None) -> dict:
    """`spec` is merged into the pod's; `extra` into the Job."""
    template = {"metadata": {"labels": dict(labels or {})}, "spec": {**pod_spec(gpus, spec), "restartPolicy": "Never"}}
    item = {"apiVersion": "batch/v1", "kind": "Job",
            "metadata": _metadata(namespace_name, name, queue, labels, annotations),
            "spec": {"parallelism": parallelism, "completions": parallelism, "template": template}}
    return merge(item, extra)


def _replicated(kind: str, namespace_name: str, name: str, gpus: int, replicas: int, queue: str | None,
                labels: dict | None, spec: dict | None, extra: dict | None) -> dict:
    template_labels = {"app": name, **(labels or {})}
    if queue is not None:
        template_labels[QUEUE_LABEL] = queue
    item = {"apiVersion": "apps/v1", "kind": kind, "metadata": _metadata(namespace_name, name, queue, labels),
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
                     "template": {"metadata": {"labels": template_labels}, "spec": pod_spec(gpus, spec)}}}
    return merge(item, extra)


def deployment(namespace_name: str, name: str, gpus: int = 1, replicas: int = 1, queue: str | None = None,
               labels: dict | None = None, spec: dict | None = None, extra: dict | None = None) -> dict:
    return _replicated("Deployment", namespace_name, name, gpus, replicas, queue, labels, spec, extra)


def statefulset(namespace_name: str, name: str, gpus: int = 1, replicas: int = 1, queue: str | None = None,
                labels: dict | None = None, spec: dict | None = None, extra: dict | None = None) -> dict:
    """Its pods start in parallel."""
    item = _replicated("StatefulSet", namespace_name, name, gpus, replicas, queue, labels, spec, None)
    item["spec"]["podManagementPolicy"] = "Parallel"
    return merge(item, extra)


def notebook(namespace_name: str, name: str, gpus: int = 1, queue: str | None = None, profile: str | None = None,
             labels: dict | None = None, annotations: dict | None = None, spec: dict | None = None,
             extra: dict | None = None, version: str = "v1") -> dict:
    """`profile` is the hardware profile; `spec` is merged into the pod's; `extra` into the Notebook."""
    found = dict(annotations or {})
    if profile is not None:
        found[PROFILE] = profile
    item = {"apiVersion": f"kubeflow.org/{version}", "kind": "Notebook",
            "metadata": _metadata(namespace_name, name, queue, labels, found),
            "spec": {"template": {"spec": pod_spec(gpus, spec, name)}}}
    return merge(item, extra)
