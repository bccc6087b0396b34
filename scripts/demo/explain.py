#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tells what gpuaas did: its decisions and its patches, for a terminal of 100 columns."""
from __future__ import annotations

import argparse
import base64
import http.client
import json
import socket
import ssl
import sys
import textwrap
import uuid
from pathlib import Path

SERVER_NAME = "gpuaas-webhook.gpuaas-system.svc"
STATEFULSET_CONTROLLER = "system:serviceaccount:kube-system:statefulset-controller"
TIMEOUT_SECONDS = 5
COLUMNS = 94


def read_log(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]


def print_row(time: str, what: str, verdict: str, detail: str) -> None:
    print(f"{time[11:23]:12}  {what:30}  {verdict:10}  {detail}")


def print_decisions(path: Path) -> None:
    """One line for each decision on an object of the demo."""
    print_row(" " * 11 + "TIME", "WHAT", "VERDICT", "WHY")
    for line in read_log(path):
        if line.get("namespace") != "private-ai" or line.get("dry_run"):
            continue
        what = f"{line.get('operation', 'start').lower()} {line.get('kind', '').lower()} {line.get('name', '')}"
        if line["message"] == "decided":
            print_row(line["time"], what, line["verdict"], f"{line['reason']} ({line['microseconds']} µs)")
        elif line["message"] == "started":
            waited = f"waited {line['waitedMicros'] / 1000:.1f} ms" if line.get("waitedMicros") else ""
            print_row(line["time"], what, line["verdict"], f"on {line['flavor']}, {waited}")


def show_value(value: object) -> str:
    """As JSON; an annotation that holds JSON itself is shown as what it holds."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    return json.dumps(value)


def print_patch(operations: list[dict]) -> None:
    """One operation (RFC 6902) after the other."""
    for operation in operations:
        text = show_value(operation["value"]) if "value" in operation else ""
        first = f"{operation['op']:8}{operation['path']}"
        if len(first) + len(text) + 2 <= COLUMNS:
            print(f"{first}  {text}".rstrip())
            continue
        print(first)
        print(textwrap.fill(text, COLUMNS, initial_indent=" " * 8, subsequent_indent=" " * 8, break_on_hyphens=False))


def print_start(path: Path, pod: str) -> None:
    """The patch of the last start of that pod."""
    starts = [line for line in read_log(path) if line["message"] == "started" and line.get("name") == pod]
    print_patch(json.loads(starts[-1]["patch"]))


def pod_of_statefulset(statefulset: dict) -> dict:
    """The Pod as the StatefulSet's controller submits it."""
    metadata, template = statefulset["metadata"], statefulset["spec"]["template"]
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": metadata["name"], "uid": metadata["uid"],
             "controller": True, "blockOwnerDeletion": True}
    return {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
            "metadata": {**template["metadata"], "name": f"{metadata['name']}-0",
                         "namespace": metadata["namespace"], "ownerReferences": [owner]}}


def make_review(pod: dict) -> dict:
    """What the API server would send, as a dry run."""
    pods = {"group": "", "version": "v1", "resource": "pods"}
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    request = {"uid": str(uuid.uuid4()), "kind": kind, "requestKind": kind, "resource": pods, "requestResource": pods,
               "name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"], "operation": "CREATE",
               "userInfo": {"username": STATEFULSET_CONTROLLER, "groups": ["system:authenticated"]},
               "object": pod, "oldObject": None, "dryRun": True, "options": None}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def ask_webhook(address: str, authority: Path, review: dict) -> dict:
    """Posts a review as the API server does; returns the response."""
    host, _, port = address.rpartition(":")
    tls = ssl.create_default_context(cafile=str(authority))
    connection = http.client.HTTPSConnection(host, int(port), timeout=TIMEOUT_SECONDS)
    plain = socket.create_connection((host, int(port)), TIMEOUT_SECONDS)
    connection.sock = tls.wrap_socket(plain, server_hostname=SERVER_NAME)
    connection.request("POST", "/mutate", json.dumps(review), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    body = answer.read().decode()
    if answer.status != 200:
        sys.exit(f"the webhook answers {answer.status}: {body}")
    return json.loads(body)["response"]


def print_suspension(address: str, authority: Path) -> None:
    """The patch that the webhook makes for the first Pod of the StatefulSet on standard input."""
    pod = pod_of_statefulset(json.load(sys.stdin))
    response = ask_webhook(address, authority, make_review(pod))
    print_patch(json.loads(base64.b64decode(response["patch"])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    decisions = commands.add_parser("decisions", help="the decisions that a log tells")
    decisions.add_argument("log", type=Path)
    start = commands.add_parser("start", help="the patch that started a pod")
    start.add_argument("log", type=Path)
    start.add_argument("pod")
    suspension = commands.add_parser("suspension", help="the patch for a pod of the StatefulSet on standard input")
    suspension.add_argument("address", help="HOST:PORT of the webhook")
    suspension.add_argument("authority", type=Path, help="the certificate authority of its certificate")
    arguments = parser.parse_args()
    if arguments.command == "decisions":
        print_decisions(arguments.log)
    elif arguments.command == "start":
        print_start(arguments.log, arguments.pod)
    else:
        print_suspension(arguments.address, arguments.authority)


if __name__ == "__main__":
    main()
