#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the admission scenarios and the table of malformed requests.

    tests/admission/run.py PROGRAM [WORD...]

PROGRAM is the built answer_review. With words, only scenarios whose name has one of them run.

A scenario is a folder:

    review.json    the body that the API server posts
    state.yaml     how the cluster differs from private-ai.yaml (may be absent):
                     username, holders (uids of admitted Notebooks), queues (what is used, how many
                     wait), objects (added, or put in the place of one of the same kind and name),
                     without (kind/name of objects that are not there), configuration
    expected.yaml  call (mutate or validate), allowed, verdict, reason, and
                     patch     the operations; <arrival> stands for a stamp of about now, <now> for
                               a timestamp
                     warnings  the lines for the user
                     denial    what the message contains
                     code      of a denial
                     queue, flavor
                     twin_allows  what the validating call says of the result (true)

Beside what is written there, every patch must apply in a second implementation, change nothing
but what is ours, leave nothing to say about its own result, and pass the validating call.
"""

import base64
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import jsonpatch
import yaml

from malformed import MALFORMED

HERE = pathlib.Path(__file__).resolve().parent
STOPPED = "kubeflow-resource-stopped"
STOPPED_BY = "gpuaas.dev/stopped-by"
PARALLELISM = "gpuaas.dev/parallelism"
STAMPS = ("gpuaas.dev~1arrival", "gpuaas.dev~1owner", "gpuaas.dev~1user", "gpuaas.dev~1stopped-by",
          "/kubeflow-resource-stopped")
OUR_ANNOTATIONS = "gpuaas.dev/"
OUR_GATE = {"name": "kueue.x-k8s.io/admission"}
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
STORED_UID = "0b9c6a1e-0000-4000-8000-00000000000f"
ANSWER_BYTES_MAX = 64 << 10
WARNING_BYTES_MAX = 512
LOG_FIELDS = {"webhook", "user", "operation", "kind", "namespace", "verdict", "reason", "microseconds"}


class Webhook:
    """The program under test, started for each request."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = pathlib.Path(folder)

    def call(self, state, path, body, content_type="application/json"):
        """Returns status, body and log lines."""
        state_file = self.folder / "state.json"
        body_file = self.folder / "body"
        answer_file = self.folder / "answer"
        state_file.write_text(json.dumps(state))
        body_file.write_bytes(body)
        answer_file.unlink(missing_ok=True)
        done = subprocess.run(
            [self.program, state_file, path, content_type, body_file, answer_file],
            capture_output=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
        status, answer = answer_file.read_bytes().split(b"\n", 1)
        return int(status), answer, [json.loads(line) for line in done.stdout.splitlines()]


def object_key(item):
    return f"{item['kind']}/{item['metadata']['name']}"


def load_state(path):
    base = yaml.safe_load((HERE / "private-ai.yaml").read_text())
    change = (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}
    absent = set(change.pop("without", []))
    added = change.pop("objects", [])
    absent |= {object_key(item) for item in added}
    objects = [item for item in base["objects"] if object_key(item) not in absent] + added
    return {**base, **change, "objects": objects}


def read_patch(response):
    return json.loads(base64.b64decode(response["patch"], validate=True)) if "patch" in response else []


def is_now(seconds):
    return -5 < time.time() - seconds < 60


def hide_time(operation):
    """The operation with <arrival> or <now> for a time that is about now."""
    value = operation.get("value")
    if operation["op"] != "add" or not isinstance(value, str):
        return operation
    if operation["path"].endswith("gpuaas.dev~1arrival"):
        if re.fullmatch(r"\d{16}", value) and is_now(int(value) / 1e6):
            return {**operation, "value": "<arrival>"}
    for timestamp in re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        if is_now(datetime.datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()):
            value = value.replace(timestamp, "<now>")
    return {**operation, "value": value}


def hide_times(operations):
    return [hide_time(operation) for operation in operations]


def is_stopped_by_us(json_object):
    annotations = json_object.get("metadata", {}).get("annotations") or {}
    return annotations.get(STOPPED_BY, "").startswith("gpuaas:")


def make_whole(json_object):
    """A suspended Job that ran in part asks for all of it again."""
    annotations = json_object.get("metadata", {}).get("annotations") or {}
    if json_object.get("kind") != "Job" or PARALLELISM not in annotations:
        return json_object
    spec = {**json_object["spec"], "parallelism": int(annotations[PARALLELISM])}
    return {**json_object, "spec": spec}


def without_ours(json_object, left_out=()):
    """A copy without all that we may write, and without these annotations."""
    copy = json.loads(json.dumps(json_object))
    metadata = copy.get("metadata", {})
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items()
                   if not key.startswith(OUR_ANNOTATIONS) and key not in left_out}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != QUEUE_LABEL}
    for name, entries in (("annotations", annotations), ("labels", labels)):
        metadata.pop(name, None)
        if entries:
            metadata[name] = entries
    spec = copy.get("spec", {})
    if copy.get("kind") == "Job":
        spec.pop("suspend", None)
    if copy.get("kind") == "Pod":
        gates = [gate for gate in spec.pop("schedulingGates", []) if gate != OUR_GATE]
        if gates:
            spec["schedulingGates"] = gates
    return copy


def check_envelope(review, status, body):
    if status != 200:
        yield f"status {status}: {body[:300]!r}"
        return
    answer = json.loads(body)
    if answer["apiVersion"] != "admission.k8s.io/v1" or answer["kind"] != "AdmissionReview":
        yield "the answer is no AdmissionReview"
    if answer["response"]["uid"] != review["request"]["uid"]:
        yield "the answer is for another uid"
    if len(body) > ANSWER_BYTES_MAX:
        yield f"the answer has {len(body)} bytes"
    if ("patch" in answer["response"]) != ("patchType" in answer["response"]):
        yield "patch and patchType do not go together"


def check_response(expected, response):
    """What expected.yaml says, item by item."""
    audit = response.get("auditAnnotations", {})
    if response["allowed"] != expected["allowed"]:
        yield f"allowed is {response['allowed']}: {response.get('status')}"
    if audit.get("verdict", "ignored") != expected["verdict"]:
        yield f"verdict is {audit}"
    if "queue" in expected and audit.get("queue") != expected["queue"]:
        yield f"queue is {audit.get('queue')}"
    operations = hide_times(read_patch(response))
    if operations != expected.get("patch", []):
        yield f"patch is {json.dumps(operations, indent=1)}"
    if response.get("warnings", []) != expected.get("warnings", []):
        yield f"warnings are {response.get('warnings')}"
    status = response.get("status", {})
    if expected.get("denial", "") not in status.get("message", ""):
        yield f"denial is {status}"
    if not expected["allowed"] and status.get("code") != expected.get("code", 403):
        yield f"code is {status.get('code')}"
    for warning in response.get("warnings", []):
        if len(warning) > WARNING_BYTES_MAX or not warning.isprintable():
            yield f"warning would be cut or dropped: {warning!r}"


def check_log(expected, lines):
    if len(lines) != 1:
        yield f"{len(lines)} log lines"
        return
    line = lines[0]
    if not LOG_FIELDS <= set(line):
        yield f"log line lacks {LOG_FIELDS - set(line)}"
    if line["verdict"] != expected["verdict"] or line["reason"] != expected["reason"]:
        yield f"log says {line['verdict']} because of {line['reason']}"
    if "flavor" in expected and line.get("flavor") != expected["flavor"]:
        yield f"flavor is {line.get('flavor')}"


def call_again(webhook, state, call, review, json_object):
    """The answer to the same request with another object."""
    request = {**review["request"], "object": json_object}
    _, body, _ = webhook.call(state, "/" + call, json.dumps({**review, "request": request}).encode())
    return json.loads(body)["response"]


def check_mutation(webhook, state, review, expected, response):
    """What holds for every patch."""
    if not response["allowed"] or review["request"]["operation"] == "DELETE":
        return
    before = review["request"]["object"]
    after = jsonpatch.apply_patch(before, read_patch(response))
    left_out = {STOPPED} if is_stopped_by_us(after) else ()
    if without_ours(after, left_out) != without_ours(make_whole(before), left_out):
        yield "the patch changes what is not ours"
    again = call_again(webhook, state, "mutate", review, after)
    rest = [operation for operation in read_patch(again)
            if not operation["path"].endswith(STAMPS)]
    if rest:
        yield f"the patch is not final: {rest}"
    if review["request"]["operation"] == "CREATE":
        after = {**after, "metadata": {"name": "stored", **after["metadata"], "uid": STORED_UID}}
    twin = call_again(webhook, state, "validate", review, after)
    if twin["allowed"] != expected.get("twin_allows", True):
        yield f"the validating call says of what the mutating call made: {twin}"


def check_scenario(webhook, folder):
    expected = yaml.safe_load((folder / "expected.yaml").read_text())
    body = (folder / "review.json").read_bytes()
    review = json.loads(body)
    state = load_state(folder / "state.yaml")
    status, answer, lines = webhook.call(state, "/" + expected["call"], body)
    problems = list(check_envelope(review, status, answer))
    if problems:
        return problems
    response = json.loads(answer)["response"]
    problems += check_response(expected, response)
    problems += check_log(expected, lines)
    if expected["call"] == "mutate":
        problems += check_mutation(webhook, state, review, expected, response)
    elif "patch" in response:
        problems.append("a validating call has a patch")
    return problems


def check_malformed(webhook, case):
    state = load_state(HERE / "absent")
    problems = []
    for path in ("/mutate", "/validate"):
        status, answer, lines = webhook.call(state, path, case.body, case.content_type)
        sentence = answer.decode()
        if status != case.status or case.sentence not in sentence:
            problems.append(f"{path} answers {status}: {sentence!r}")
        if sentence.count("\n") != 1 or len(sentence) > 200:
            problems.append(f"{path} does not answer with one sentence: {sentence!r}")
        if len(lines) != 1:
            problems.append(f"{path} logs {len(lines)} lines")
    return problems


def collect():
    """All checks as pairs of name and function."""
    for expected in sorted(HERE.glob("**/expected.yaml")):
        folder = expected.parent
        yield str(folder.relative_to(HERE)), lambda webhook, folder=folder: check_scenario(webhook, folder)
    for case in MALFORMED:
        yield f"malformed: {case.name}", lambda webhook, case=case: check_malformed(webhook, case)


def main():
    program, words = sys.argv[1], sys.argv[2:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        webhook = Webhook(program, folder)
        for name, check in collect():
            if words and not any(word in name for word in words):
                continue
            try:
                problems = check(webhook)
            except Exception as problem:  # pylint: disable=broad-except
                problems = [f"{type(problem).__name__}: {problem}"]
            passed += not problems
            failed += bool(problems)
            for problem in problems:
                print(f"FAILED {name}: {problem}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
