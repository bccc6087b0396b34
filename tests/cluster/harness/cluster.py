# SPDX-License-Identifier: Apache-2.0
"""Everything together: what a test function gets as `cluster`."""
from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Callable

from . import objects, queries
from .api import Answer, Api
from .balancer import Balancer
from .control_plane import REPOSITORY, ControlPlane
from .fleet import Fleet
from .installation import NAMESPACE, Installation
from .invariants import Auditor
from .janitor import remove_all
from .process import Process
from .replica import Replica
from .scenario import Scenario
from .waiting import DEFAULT_TIMEOUT, wait_for

NOTEBOOK_CONTROLLER = REPOSITORY / "tests" / "control-plane" / "notebook_controller.py"
LEASE = "gpuaas"


class Cluster:
    """One control plane for all tests; prepare() gives each a clean one, with the replicas that it wants."""

    def __init__(self, directory: Path, program: Path):
        self.directory = directory
        self.control_plane = ControlPlane(directory)
        self.notebook_controller = Process("notebook-controller", directory / "notebook-controller.log")
        self.auditor: Auditor | None = None
        self._program = program
        self._fleet: Fleet | None = None
        self._notebooks = ""
        self._namespaces: list[str] = []
        self._names = itertools.count(1)

    # -- for the runner --

    def start(self) -> None:
        """Starts a control plane afresh; what an earlier run left in the directory goes away."""
        for pattern in ("*.log", "*sanitizer.*", "*.failpoint"):
            for path in self.directory.glob(pattern):
                path.unlink()
        self.control_plane.stop()
        self.control_plane.start()

    def stop(self) -> list[str]:
        """Stops everything; returns what was wrong."""
        problems = self._fleet.stop() if self._fleet is not None else []
        self.notebook_controller.kill9()
        self.control_plane.stop()
        return problems

    def prepare(self, needs: Scenario) -> None:
        """Starts what a test needs."""
        if not self.notebook_controller.is_alive() or self._notebooks != needs.notebooks:
            self._run_notebook_controller(needs.notebooks)
        if needs.replicas == 0 and self._fleet is None:
            return
        if self._fleet is None:
            self._fleet = self._make_fleet()
        self._fleet.run(needs)
        if not needs.bare:
            self.auditor = Auditor(self.api)
            self.auditor.start()

    def clean_up(self) -> list[str]:
        """Ends what a test disturbed and removes what it made; returns a sentence for each thing that was wrong but
        that the test may not have noticed."""
        problems = []
        if self._fleet is not None:
            self._fleet.end_faults()
            problems += self._fleet.find_crashes()
        if self.auditor is not None:
            problems += self.auditor.settle()
            self.auditor.stop()
            self.auditor = None
        remove_all(self.api, self._namespaces, self._fleet is not None)
        self._namespaces.clear()
        return problems

    def _make_fleet(self) -> Fleet:
        installation = Installation(self.control_plane, self.directory)
        installation.install()
        return Fleet(installation, self._program, self.directory, self.control_plane.server)

    def _run_notebook_controller(self, kind: str) -> None:
        self.notebook_controller.terminate()
        self._notebooks = kind
        command = ["/usr/bin/python3", NOTEBOOK_CONTROLLER, "--kubeconfig",
                   self.control_plane.kubeconfig("notebook-controller")]
        self.notebook_controller.spawn([*command, "--odh"] if kind == "odh" else command)

    # -- users --

    @property
    def api(self) -> Api:
        """As the administrator (system:masters)."""
        return self.control_plane.api("admin")

    @property
    def alice(self) -> Api:
        return self.as_user("alice")

    @property
    def bob(self) -> Api:
        return self.as_user("bob")

    def as_user(self, name: str) -> Api:
        """"alice" and "bob" are ordinary users, with the role edit in the namespaces made for them."""
        return self.control_plane.api(name)

    def kubectl(self, *arguments: str | Path, user: str = "admin", stdin: str | None = None, check: bool = True) -> Any:
        return self.control_plane.kubectl(*arguments, user=user, stdin=stdin, check=check)

    # -- replicas --

    @property
    def replicas(self) -> list[Replica]:
        """Those that this test asked for."""
        return self._fleet.running if self._fleet is not None else []

    @property
    def balancer(self) -> Balancer:
        """What the API server calls; tell it with balance() when a replica came back on another port."""
        return self._fleet.balancer

    def balance(self) -> None:
        self._fleet.balance()

    def route(self, *replicas: Replica) -> None:
        """Lets the API server ask only these; balance() ends it."""
        self._fleet.route(list(replicas))

    def restart(self, replica: Replica) -> None:
        """Starts a killed replica again, and lets the API server call it."""
        replica.restart()
        self._fleet.balance()

    def lease(self) -> dict | None:
        return self.api.find("leases", NAMESPACE, LEASE)

    def leader(self, timeout: float = DEFAULT_TIMEOUT) -> Replica:
        """The replica that holds the Lease; waits until one does."""
        return wait_for(self._find_leader, timeout, "a replica of this test to hold the Lease")

    def followers(self) -> list[Replica]:
        leader = self.leader()
        return [replica for replica in self.replicas if replica is not leader]

    def _find_leader(self) -> Replica | None:
        holder = ((self.lease() or {}).get("spec") or {}).get("holderIdentity") or ""
        for replica in self.replicas:
            if replica.is_alive() and replica.name in holder:
                return replica
        return None

    # -- objects --

    def namespace(self, name: str = "team", managed: bool = True, users: tuple[str, ...] = ("alice", "bob"),
                  labels: dict | None = None) -> str:
        """Makes a namespace in which those users have the role edit; returns its name, unique for this run."""
        unique = f"{name}-{next(self._names)}"
        self.api.create(objects.namespace(unique, managed, labels))
        self._namespaces.append(unique)
        for user in users:
            self.api.create({
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
                "metadata": {"name": f"edit-{user}", "namespace": unique},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
                "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
            })
        wait_for(lambda: self.api.find("serviceaccounts", unique, "default"), message=f"{unique} to be usable")
        return unique

    def queue(self, namespace: str, quotas: dict[str, int | dict], name: str = "queue", strategy: str = "StrictFIFO",
              cluster_queue: str | None = None, cohort: str | None = None, extra: dict | None = None) -> str:
        """Makes a LocalQueue in the namespace, its ClusterQueue (named `cluster_queue`, by default like the namespace)
        unless there is one, and the flavors that are missing. `quotas`: flavor -> GPUs, or flavor -> resource ->
        amount. nvidia-l4-1gpu and nvidia-l4-4gpu select the seed's nodes. Returns the LocalQueue's name."""
        shared = cluster_queue or namespace
        amounts = {flavor: quota if isinstance(quota, dict) else {objects.GPU: quota}
                   for flavor, quota in quotas.items()}
        for flavor in amounts:
            self.flavor(flavor)
        if self.api.find("clusterqueues", None, shared) is None:
            self.api.create(objects.cluster_queue(shared, amounts, strategy, cohort, extra))
        self.api.create(objects.local_queue(namespace, name, shared))
        return name

    def flavor(self, name: str) -> None:
        """Makes a ResourceFlavor unless there is one of that name."""
        if self.api.find("resourceflavors", None, name) is None:
            seeds = {"nvidia-l4-1gpu": 1, "nvidia-l4-4gpu": 4}
            item = objects.l4_flavor(seeds[name]) if name in seeds else objects.flavor(
                name, tolerations=[objects.GPU_TOLERATION])
            self.api.create(item)

    def create(self, item: dict, user: str = "admin") -> Answer:
        return self.as_user(user).create(item)

    def pods(self, namespace: str, labels: str | None = None) -> list[dict]:
        """Oldest first."""
        return sorted(self.api.list("pods", namespace, labels),
                      key=lambda pod: (pod["metadata"]["creationTimestamp"], pod["metadata"]["name"]))

    def pod(self, namespace: str, name: str) -> dict:
        return self.api.get("pods", namespace, name)

    def notebook_pod(self, namespace: str, name: str) -> dict | None:
        """The newest Pod of a Notebook, or None."""
        found = self.pods(namespace, f"notebook-name={name}")
        return found[-1] if found else None

    def workload_of(self, owner: dict) -> dict | None:
        """The Workload that an object (a Pod, Job or Notebook) owns."""
        namespace = owner["metadata"]["namespace"]
        return next((item for item in self.api.list("workloads", namespace) if queries.owned_by(item, owner)), None)

    def events_of(self, owner: dict) -> list[dict]:
        """The Events about an object."""
        metadata = owner["metadata"]
        return self.api.list("events", metadata["namespace"], fields=f"involvedObject.uid={metadata['uid']}")

    # -- acts --

    def stop_notebook(self, namespace: str, name: str, user: str = "admin") -> None:
        """As the dashboard does."""
        body = {"metadata": {"annotations": {objects.STOPPED: "2026-01-01T00:00:00Z"}}}
        self.as_user(user).patch("notebooks", namespace, name, body)

    def start_notebook(self, namespace: str, name: str, user: str = "admin") -> None:
        path = "/metadata/annotations/" + objects.STOPPED
        self.as_user(user).patch("notebooks", namespace, name, [{"op": "remove", "path": path}], kind="json")

    def restart_notebook(self, namespace: str, name: str, user: str = "admin") -> None:
        body = {"metadata": {"annotations": {objects.RESTART: "true"}}}
        self.as_user(user).patch("notebooks", namespace, name, body)

    def complete(self, namespace: str, pod_name: str) -> None:
        """Lets a running Pod succeed."""
        body = {"metadata": {"annotations": {objects.COMPLETE: "true"}}}
        self.api.patch("pods", namespace, pod_name, body)

    # -- waiting --

    def wait_gated(self, namespace: str, pod_name: str, timeout: float = DEFAULT_TIMEOUT) -> dict:
        return wait_for(lambda: _if(self.api.find("pods", namespace, pod_name), queries.gated), timeout,
                        f"pod {namespace}/{pod_name} to be gated")

    def wait_started(self, namespace: str, pod_name: str, timeout: float = DEFAULT_TIMEOUT) -> dict:
        """Until the Pod exists and has no gate of ours."""
        return wait_for(lambda: _if(self.api.find("pods", namespace, pod_name), lambda pod: not queries.gated(pod)),
                        timeout, lambda: f"pod {namespace}/{pod_name} to be started; {self._describe(namespace)}")

    def wait_running(self, namespace: str, pod_name: str, timeout: float = DEFAULT_TIMEOUT) -> dict:
        return wait_for(lambda: _if(self.api.find("pods", namespace, pod_name), queries.running), timeout,
                        lambda: f"pod {namespace}/{pod_name} to run; {self._describe(namespace)}")

    def wait_admitted(self, owner: dict, timeout: float = DEFAULT_TIMEOUT) -> dict:
        """Until the object's Workload says so; returns the Workload."""
        return wait_for(lambda: _if(self.workload_of(owner), queries.admitted), timeout,
                        lambda: f"the workload of {owner['metadata']['name']} to be admitted; "
                                f"{self._describe(owner['metadata']['namespace'])}")

    def wait_gone(self, plural: str, namespace: str | None, name: str, timeout: float = DEFAULT_TIMEOUT) -> None:
        wait_for(lambda: self.api.find(plural, namespace, name) is None, timeout, f"{plural} {name} to be gone")

    def _describe(self, namespace: str) -> str:
        words = []
        for pod in self.api.list("pods", namespace):
            state = "gated" if queries.gated(pod) else pod.get("status", {}).get("phase")
            words.append(f"pod {pod['metadata']['name']}: {state}")
        for workload in self.api.list("workloads", namespace) if self._fleet is not None else []:
            reasons = [f"{entry['type']}={entry['status']} {entry['reason']}: {entry['message']}"
                       for entry in workload.get("status", {}).get("conditions", [])]
            words.append(f"workload {workload['metadata']['name']}: {'; '.join(reasons) or 'no condition'}")
        return ", ".join(words) or "the namespace is empty"


def _if(item: dict | None, condition: Callable[[dict], bool]) -> dict | None:
    """The item if it is there and the condition holds."""
    return item if item is not None and condition(item) else None
