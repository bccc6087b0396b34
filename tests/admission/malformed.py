# SPDX-License-Identifier: Apache-2.0
"""Requests that are no reviews, each with the status and the sentence that answer it."""

import json
from dataclasses import dataclass

JSON = "application/json"


@dataclass
class Malformed:
    name: str
    body: bytes
    sentence: str
    status: int = 400
    content_type: str = JSON


def review(**changes):
    """A small valid review with other values in its request; None removes a field."""
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "namespace": "private-ai",
        "operation": "CREATE",
        "userInfo": {"username": "alice", "groups": ["system:authenticated"]},
        "object": {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p"}, "spec": {}},
        "oldObject": None,
        "dryRun": False,
        **changes,
    }
    request = {key: value for key, value in request.items() if value is not None}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def text(**changes):
    return json.dumps(review(**changes)).encode()


def nested(levels):
    return text().replace(b'"spec": {}', b'"spec": ' + b'{"a": ' * levels + b"1" + b"}" * levels)


MALFORMED = [
    Malformed("nothing", b"", "the body is empty"),
    Malformed("no JSON", b"hello", "the body is not JSON"),
    Malformed("JSON that ends early", text()[:-5], "the body is not JSON"),
    Malformed("something behind the JSON", text() + b"{}", "the body is not JSON"),
    Malformed("a byte order mark", b"\xef\xbb\xbf" + text(), "the body is not JSON"),
    Malformed("an unquoted string that never ends", b'{"a": "' + b"\\" * 1001, "the body is not JSON"),
    Malformed("bytes that are not UTF-8", text().replace(b"alice", b"al\xffce"), "the body is not JSON"),
    Malformed("half a surrogate pair", text().replace(b"alice", b"\\ud800"), "the body is not JSON"),
    Malformed("not a number", text().replace(b"false", b"NaN"), "the body is not JSON"),
    Malformed("a number beyond all bounds", text().replace(b"false", b"1e400"), "the body is not JSON"),
    Malformed("a duplicate key", text().replace(b'"uid"', b'"uid": "x", "uid"'), "duplicate key"),
    Malformed("a duplicate key inside the object", text().replace(b'"spec": {}', b'"spec": {"a": 1, "a": 2}'),
              "duplicate key"),
    Malformed("nesting beyond the limit", nested(511), "deeper than 512 levels"),
    Malformed("nesting beyond every parser", b"[" * 1000000, "deeper than 512 levels"),
    Malformed("too many values", b"[" + b"0," * 500001 + b"0]", "more than 500000 values"),
    Malformed("a list", b"[]", "not an AdmissionReview of admission.k8s.io/v1"),
    Malformed("a text", b'"AdmissionReview"', "not JSON"),
    Malformed("an empty object", b"{}", "not an AdmissionReview of admission.k8s.io/v1"),
    Malformed("another version", text().replace(b"k8s.io/v1\"", b"k8s.io/v1beta1\""),
              "not an AdmissionReview of admission.k8s.io/v1"),
    Malformed("another kind", text().replace(b"AdmissionReview", b"ConversionReview"),
              "not an AdmissionReview of admission.k8s.io/v1"),
    Malformed("no request", b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}', "has no request"),
    Malformed("a request that is null",
              b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": null}', "has no request"),
    Malformed("a request that is a list",
              b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": []}', "has no request"),
    Malformed("no uid", text(uid=None), "request.uid is missing"),
    Malformed("an empty uid", text(uid=""), "request.uid is missing"),
    Malformed("a uid that is a number", text(uid=7), "request.uid is missing"),
    Malformed("a uid of a megabyte", text(uid="x" * 1000000), "request.uid is longer than 128 bytes"),
    Malformed("no kind", text(kind=None), "request.kind.kind is missing"),
    Malformed("a kind that is a text", text(kind="Pod"), "request.kind.kind is missing"),
    Malformed("no operation", text(operation=None), "request.operation must be CREATE, UPDATE, DELETE or CONNECT"),
    Malformed("an operation that there is not", text(operation="PATCH"), "request.operation must be"),
    Malformed("no user", text(userInfo=None), "request.userInfo.username is missing"),
    Malformed("a user without name", text(userInfo={"groups": []}), "request.userInfo.username is missing"),
    Malformed("no object", text(object=None), "request.object is missing"),
    Malformed("an object that is a list", text(object=[]), "request.object is missing"),
    Malformed("an update without the old object", text(operation="UPDATE"), "request.oldObject is missing"),
    Malformed("no content type", text(), "the content type must be application/json", 415, ""),
    Malformed("another content type", text(), "the content type must be application/json", 415, "text/plain"),
    Malformed("a content type that only begins like it", text(), "the content type must be application/json", 415,
              "application/json-patch+json"),
]
