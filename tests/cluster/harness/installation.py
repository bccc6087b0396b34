# SPDX-License-Identifier: Apache-2.0
"""Our manifests on the test control plane: CRDs, RBAC and webhook configurations, but no Deployment."""
from __future__ import annotations

import base64
import subprocess
from pathlib import Path

from . import kubeconfig, objects
from .api import ApiError
from .control_plane import REPOSITORY, ControlPlane
from .waiting import wait_for

NAMESPACE = "gpuaas-system"
SERVICE = "gpuaas-webhook"
CONFIGURATION = "zz-gpuaas"
WEBHOOK_KINDS = ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")
OVERLAY = REPOSITORY / "tests" / "control-plane" / "overlay"
CRDS = REPOSITORY / "manifests" / "crds"
PROBE = "harness-probe"
TOKEN_SECONDS = 24 * 3600


class Installation:
    """Knows where the program's credentials and certificates are."""

    def __init__(self, control_plane: ControlPlane, directory: Path):
        self._control_plane = control_plane
        self._api = control_plane.api()
        self._directory = directory
        self.certificates = directory / "certificates"
        self._token = ""

    def install(self) -> None:
        """Applies the manifests as an administrator would."""
        self._control_plane.kubectl("apply", "-k", CRDS)
        self._control_plane.kubectl("wait", "--for=condition=Established", "--timeout=20s", "crd", "--all")
        self._control_plane.kubectl("apply", "-k", OVERLAY)
        self._token = self._request_token()
        self._make_certificates()
        if self._api.find("namespaces", None, PROBE) is None:
            self._api.create(objects.namespace(PROBE))

    def write_kubeconfig(self, path: Path, server: str) -> None:
        """Credentials of our own service account, for a server that may be a proxy."""
        kubeconfig.write_with_token(path, server, self._control_plane.authority, self._token)

    def point_webhooks(self, port: int, certificates: Path | None) -> None:
        """Lets the API server call that port; without certificates the program writes the authority itself."""
        bundle = None
        if certificates is not None:
            bundle = base64.b64encode((certificates / "ca.crt").read_bytes()).decode()
        for plural in WEBHOOK_KINDS:
            for item in self._own_configurations(plural):
                for webhook in item.get("webhooks", []):
                    webhook["clientConfig"]["service"]["port"] = port
                    webhook["clientConfig"].pop("caBundle", None)
                    if bundle is not None:
                        webhook["clientConfig"]["caBundle"] = bundle
                self._api.replace({**item, "apiVersion": "admissionregistration.k8s.io/v1"})

    def wait_for_webhooks(self) -> None:
        """Until the API server asks us: its view of a changed configuration is a moment late."""
        wait_for(self._probe_is_gated, 20, "the webhook to gate a GPU pod (dry run)")

    def _probe_is_gated(self) -> bool:
        try:
            answer = self._api.create(objects.pod(PROBE, "probe"), dry_run=True)
        except ApiError as error:
            assert error.status >= 500, error
            raise
        return any(gate["name"] == objects.GATE for gate in answer["spec"].get("schedulingGates", []))

    def _own_configurations(self, plural: str) -> list[dict]:
        kind = "MutatingWebhookConfiguration" if plural.startswith("mut") else "ValidatingWebhookConfiguration"
        return [{**item, "kind": kind} for item in self._api.list(plural)
                if item["metadata"]["name"].startswith(CONFIGURATION)]

    def _request_token(self) -> str:
        accounts = [account["metadata"]["name"] for account in self._api.list("serviceaccounts", NAMESPACE)]
        name = next(account for account in accounts if account != "default")
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                "spec": {"expirationSeconds": TOKEN_SECONDS}}
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{name}/token"
        return self._api.request("POST", path, body)["status"]["token"]

    def _make_certificates(self) -> None:
        folder = self.certificates
        folder.mkdir(parents=True, exist_ok=True)
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "30")
        _openssl("req", "-x509", *new_key, "-subj", "/CN=gpuaas-test-webhook-ca", "-keyout", folder / "ca.key",
                 "-out", folder / "ca.crt", "-addext", "keyUsage=critical,keyCertSign")
        _openssl("req", "-x509", *new_key, "-subj", f"/CN={SERVICE}", "-keyout", folder / "tls.key",
                 "-out", folder / "tls.crt", "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key",
                 "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth",
                 "-addext", f"subjectAltName=DNS:{SERVICE}.{NAMESPACE}.svc")


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
