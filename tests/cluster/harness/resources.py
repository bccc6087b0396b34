# SPDX-License-Identifier: Apache-2.0
"""The kinds that the tests know: plural name -> where it lives in the API."""
from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

KUEUE = "kueue.x-k8s.io/v1beta1"


class Resource(NamedTuple):
    plural: str
    api_version: str
    kind: str
    is_namespaced: bool = True

    def path(self, namespace: str | None, name: str | None = None, subresource: str | None = None) -> str:
        """The URL path of a collection, or of one object in it."""
        parts = ["/apis" if "/" in self.api_version else "/api", self.api_version]
        if self.is_namespaced and namespace is not None:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        parts += [quote(part, safe="") for part in (name, subresource) if part is not None]
        return "/".join(parts)


_ALL = (
    Resource("namespaces", "v1", "Namespace", False),
    Resource("nodes", "v1", "Node", False),
    Resource("pods", "v1", "Pod"),
    Resource("services", "v1", "Service"),
    Resource("secrets", "v1", "Secret"),
    Resource("configmaps", "v1", "ConfigMap"),
    Resource("events", "v1", "Event"),
    Resource("serviceaccounts", "v1", "ServiceAccount"),
    Resource("resourcequotas", "v1", "ResourceQuota"),
    Resource("deployments", "apps/v1", "Deployment"),
    Resource("replicasets", "apps/v1", "ReplicaSet"),
    Resource("statefulsets", "apps/v1", "StatefulSet"),
    Resource("jobs", "batch/v1", "Job"),
    Resource("leases", "coordination.k8s.io/v1", "Lease"),
    Resource("rolebindings", "rbac.authorization.k8s.io/v1", "RoleBinding"),
    Resource("priorityclasses", "scheduling.k8s.io/v1", "PriorityClass", False),
    Resource("notebooks", "kubeflow.org/v1", "Notebook"),
    Resource("resourceflavors", KUEUE, "ResourceFlavor", False),
    Resource("clusterqueues", KUEUE, "ClusterQueue", False),
    Resource("localqueues", KUEUE, "LocalQueue"),
    Resource("workloads", KUEUE, "Workload"),
    Resource("cohorts", KUEUE, "Cohort", False),
    Resource("admissionchecks", KUEUE, "AdmissionCheck", False),
    Resource("workloadpriorityclasses", KUEUE, "WorkloadPriorityClass", False),
    Resource("mutatingwebhookconfigurations", "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration",
             False),
    Resource("validatingwebhookconfigurations", "admissionregistration.k8s.io/v1",
             "ValidatingWebhookConfiguration", False),
)

_BY_PLURAL = {resource.plural: resource for resource in _ALL}
_BY_KIND = {resource.kind: resource for resource in _ALL}


def find(plural: str) -> Resource:
    """The resource of a plural name such as "pods"."""
    return _BY_PLURAL[plural]


def of_object(item: dict) -> Resource:
    """The resource that an object belongs to, in the version that the object names."""
    return _BY_KIND[item["kind"]]._replace(api_version=item["apiVersion"])
