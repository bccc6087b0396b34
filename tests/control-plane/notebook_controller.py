#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A Notebook controller for tests: makes and keeps the StatefulSet of each Notebook and mirrors its Pod's state.

Copied from Kubeflow's notebook-controller (the default):
* one StatefulSet named like the Notebook, which owns it; replicas 0 while the annotation kubeflow-resource-stopped
  is present, whatever its value, else 1;
* its pod template: spec.template.spec with the Notebook's name as NB_PREFIX, a working folder, port 8888 and fsGroup
  100; all labels of the Notebook, `statefulset` and `notebook-name`; its annotations but those whose key contains
  "kubectl" or "notebook";
* later, labels and annotations of the StatefulSet, replicas and the pod spec are set back to that; template labels
  only when the number of replicas changes, template annotations never;
* the whole status is written: readyReplicas, the Pod's conditions, the state of the container named like the Notebook.

Copied from Open Data Hub's (--odh) besides:
* the Notebook's labels also go to the StatefulSet, `opendatahub.io/workbenches: "true"` to the template, no fsGroup;
* the StatefulSet of a name with more than 52 characters is called nb-<random>;
* notebooks.opendatahub.io/notebook-restart: "true" deletes the Pod and then goes away;
* kubeflow-resource-stopped with the value odh-notebook-controller-lock goes away.

Left out: Services, routes, service accounts, culling, the sidecar. Nothing is written that is as it
should be, but once after a restart.
"""
from __future__ import annotations

import argparse
import queue
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cluster"))
from harness import kubeconfig
from harness.api import Api, ApiError

STOPPED = "kubeflow-resource-stopped"
LOCK = "odh-notebook-controller-lock"
RESTART = "notebooks.opendatahub.io/notebook-restart"
WATCHED = ("notebooks", "statefulsets", "pods")
LONGEST_NAME = 52
RETRY_SECONDS = 0.5


class NotebookController:
    """Reconciles one Notebook at a time, from caches that a thread for each kind keeps."""

    def __init__(self, api: Api, is_odh: bool):
        self.api = api
        self.is_odh = is_odh
        self.caches: dict[str, dict[tuple[str, str], dict]] = {plural: {} for plural in WATCHED}
        # By Notebook uid: the pod spec that we asked for, and what the API server made of it.
        self.pod_specs: dict[str, tuple[dict, dict]] = {}
        self.work: queue.Queue[tuple[str, str]] = queue.Queue()

    def run(self) -> None:
        for plural in WATCHED:
            threading.Thread(target=self.follow, args=(plural,), daemon=True).start()
        while True:
            keys = {self.work.get()}
            while not self.work.empty():
                keys.add(self.work.get())
            for key in keys:
                self.reconcile_or_retry(key)

    # -- caches --

    def follow(self, plural: str) -> None:
        while True:
            try:
                self.list_and_watch(plural)
            except (ApiError, OSError) as error:
                print(f"watching {plural}: {error}", flush=True)
                time.sleep(RETRY_SECONDS)

    def list_and_watch(self, plural: str) -> None:
        listed = self.api.list_all(plural)
        self.caches[plural] = {key_of(item): item for item in listed["items"]}
        for item in listed["items"]:
            self.enqueue(plural, item)
        for kind, item in self.api.watch(plural, resource_version=listed["metadata"]["resourceVersion"]):
            if kind == "ERROR":
                return
            if kind == "DELETED":
                self.caches[plural].pop(key_of(item), None)
            else:
                self.caches[plural][key_of(item)] = item
            self.enqueue(plural, item)

    def enqueue(self, plural: str, item: dict) -> None:
        namespace, name = key_of(item)
        if plural == "pods":
            name = item["metadata"].get("labels", {}).get("notebook-name")
        elif plural == "statefulsets":
            owners = item["metadata"].get("ownerReferences", [])
            name = next((owner["name"] for owner in owners if owner["kind"] == "Notebook"), None)
        if name is not None:
            self.work.put((namespace, name))

    # -- one Notebook --

    def reconcile_or_retry(self, key: tuple[str, str]) -> None:
        try:
            self.reconcile(key)
        except (ApiError, OSError) as error:
            is_expected = isinstance(error, ApiError) and (
                error.status in (404, 409) or "being terminated" in error.message)
            if not is_expected:
                print(f"notebook {key}: {error}", flush=True)
            threading.Timer(RETRY_SECONDS, self.work.put, (key,)).start()

    def reconcile(self, key: tuple[str, str]) -> None:
        notebook = self.caches["notebooks"].get(key)
        if notebook is None or "deletionTimestamp" in notebook["metadata"]:
            return
        if self.is_odh:
            self.obey_annotations(notebook)
        wanted = self.make_statefulset(notebook)
        found = self.find_statefulset(notebook)
        if found is None:
            found = self.api.create(wanted)
            self.caches["statefulsets"].setdefault(key_of(found), found)
            self.pod_specs[notebook["metadata"]["uid"]] = pod_spec_of(wanted), pod_spec_of(found)
        else:
            self.update_statefulset(notebook, wanted, found)
        self.update_status(notebook, found)

    def obey_annotations(self, notebook: dict) -> None:
        namespace, name = key_of(notebook)
        annotations = notebook["metadata"].get("annotations", {})
        if annotations.get(STOPPED) == LOCK:
            self.api.patch("notebooks", namespace, name, {"metadata": {"annotations": {STOPPED: None}}})
        if annotations.get(RESTART) == "true":
            pod = self.find_pod(notebook)
            if pod is not None:
                self.api.delete("pods", namespace, pod["metadata"]["name"])
            self.api.patch("notebooks", namespace, name, {"metadata": {"annotations": {RESTART: None}}})

    def make_statefulset(self, notebook: dict) -> dict:
        metadata = notebook["metadata"]
        name = metadata["name"]
        annotations = metadata.get("annotations", {})
        labels = {**metadata.get("labels", {}), "statefulset": name, "notebook-name": name}
        if self.is_odh:
            labels["opendatahub.io/workbenches"] = "true"
        is_long = self.is_odh and len(name) > LONGEST_NAME
        owner = {"apiVersion": notebook["apiVersion"], "kind": "Notebook", "name": name, "uid": metadata["uid"],
                 "controller": True, "blockOwnerDeletion": True}
        return {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {
                "namespace": metadata["namespace"],
                **({"generateName": "nb-"} if is_long else {"name": name}),
                "labels": dict(metadata.get("labels", {})) if self.is_odh else {},
                "ownerReferences": [owner],
            },
            "spec": {
                "replicas": 0 if STOPPED in annotations else 1,
                "selector": {"matchLabels": {"statefulset": name}},
                "template": {
                    "metadata": {
                        "labels": labels,
                        "annotations": {key: value for key, value in annotations.items()
                                        if "kubectl" not in key and "notebook" not in key},
                    },
                    "spec": self.make_pod_spec(notebook),
                },
            },
        }

    def make_pod_spec(self, notebook: dict) -> dict:
        namespace, name = key_of(notebook)
        spec = {**notebook["spec"]["template"]["spec"]}
        first = {"workingDir": "/home/jovyan",
                 "ports": [{"containerPort": 8888, "name": "notebook-port", "protocol": "TCP"}],
                 **spec["containers"][0]}
        others = [entry for entry in first.get("env", []) if entry["name"] != "NB_PREFIX"]
        first["env"] = others + [{"name": "NB_PREFIX", "value": f"/notebook/{namespace}/{name}"}]
        spec["containers"] = [first, *spec["containers"][1:]]
        if not self.is_odh and "securityContext" not in spec:
            spec["securityContext"] = {"fsGroup": 100}
        return spec

    def update_statefulset(self, notebook: dict, wanted: dict, found: dict) -> None:
        namespace, name = key_of(found)
        uid = notebook["metadata"]["uid"]
        template, wanted_template = found["spec"]["template"], wanted["spec"]["template"]
        changes: dict = {}
        if found["metadata"].get("labels", {}) != wanted["metadata"]["labels"]:
            changes["metadata"] = {"labels": replacement(found["metadata"], wanted["metadata"], "labels")}
        if found["metadata"].get("annotations"):
            gone = {key: None for key in found["metadata"]["annotations"]}
            changes.setdefault("metadata", {})["annotations"] = gone
        if found["spec"]["replicas"] != wanted["spec"]["replicas"]:
            changes["spec"] = {"replicas": wanted["spec"]["replicas"]}
            if template["metadata"].get("labels", {}) != wanted_template["metadata"]["labels"]:
                labels = replacement(template["metadata"], wanted_template["metadata"], "labels")
                changes["spec"]["template"] = {"metadata": {"labels": labels}}
        if self.pod_specs.get(uid) != (pod_spec_of(wanted), pod_spec_of(found)):
            spec = replacement(template, wanted_template, "spec")
            changes.setdefault("spec", {}).setdefault("template", {})["spec"] = spec
        if changes:
            changes.setdefault("metadata", {})["resourceVersion"] = found["metadata"]["resourceVersion"]
            changed = self.api.patch("statefulsets", namespace, name, changes)
            self.caches["statefulsets"][key_of(found)] = changed
            self.pod_specs[uid] = pod_spec_of(wanted), pod_spec_of(changed)

    def update_status(self, notebook: dict, statefulset: dict) -> None:
        pod = self.find_pod(notebook)
        pod_status = pod.get("status", {}) if pod is not None else {}
        name = notebook["metadata"]["name"]
        containers = pod_status.get("containerStatuses", [])
        main = [entry for entry in containers if entry["name"] == name or len(containers) == 1]
        status = {
            "conditions": pod_status.get("conditions", []),
            "readyReplicas": statefulset.get("status", {}).get("readyReplicas", 0),
            "containerState": main[0].get("state", {}) if main else {},
        }
        if notebook.get("status", {}) == status:
            return
        namespace = notebook["metadata"]["namespace"]
        body = [{"op": "add", "path": "/status", "value": status}]
        changed = self.api.patch("notebooks", namespace, name, body, kind="json", subresource="status")
        self.caches["notebooks"][key_of(notebook)] = changed

    def find_statefulset(self, notebook: dict) -> dict | None:
        uid = notebook["metadata"]["uid"]
        for item in list(self.caches["statefulsets"].values()):
            owners = item["metadata"].get("ownerReferences", [])
            if any(owner["uid"] == uid for owner in owners):
                return item
        return None

    def find_pod(self, notebook: dict) -> dict | None:
        namespace, name = key_of(notebook)
        for (pod_namespace, _), pod in list(self.caches["pods"].items()):
            labels = pod["metadata"].get("labels", {})
            if pod_namespace == namespace and labels.get("notebook-name") == name:
                return pod
        return None


def key_of(item: dict) -> tuple[str, str]:
    return item["metadata"]["namespace"], item["metadata"]["name"]


def pod_spec_of(statefulset: dict) -> dict:
    return statefulset["spec"]["template"]["spec"]


def replacement(found: dict, wanted: dict, field: str) -> dict:
    """What a merge patch must say so that the map becomes what is wanted."""
    return {**{key: None for key in found.get(field, {})}, **wanted[field]}


def main() -> None:
    parser = argparse.ArgumentParser(description="A Notebook controller for tests.")
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--odh", action="store_true", help="behave like Open Data Hub's")
    arguments = parser.parse_args()
    NotebookController(kubeconfig.load(arguments.kubeconfig), arguments.odh).run()


if __name__ == "__main__":
    main()
