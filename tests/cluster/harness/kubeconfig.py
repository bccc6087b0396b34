# SPDX-License-Identifier: Apache-2.0
"""Kubeconfigs as scripts/control-plane.sh and these tests write them: one cluster, one user, all data inside."""
from __future__ import annotations

import base64
import re
import tempfile
from pathlib import Path

from .api import Api

_TOKEN_TEMPLATE = """\
apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster:
    server: {server}
    certificate-authority-data: {authority}
contexts:
- name: test
  context: {{cluster: test, user: test}}
users:
- name: test
  user:
    token: {token}
"""


def write_with_token(path: Path, server: str, authority: Path, token: str) -> None:
    encoded = base64.b64encode(authority.read_bytes()).decode()
    path.write_text(_TOKEN_TEMPLATE.format(server=server, authority=encoded, token=token))
    path.chmod(0o600)


def load(path: Path) -> Api:
    """The API as the user of a kubeconfig that holds a client certificate."""
    text = path.read_text()

    def field(name: str) -> str:
        return re.search(rf"\b{name}: (\S+)", text).group(1)

    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name in ("certificate-authority-data", "client-certificate-data", "client-key-data"):
            files[name] = Path(folder, name)
            files[name].write_bytes(base64.b64decode(field(name)))
        return Api(field("server"), *files.values())
