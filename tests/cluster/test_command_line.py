# SPDX-License-Identifier: Apache-2.0
"""The program as an administrator meets it: exit statuses, messages with a place, and a Configuration that changes."""
from __future__ import annotations

import subprocess
from pathlib import Path

from harness import objects
from harness.cluster import Cluster
from harness.scenario import DEFAULT_CONFIG, scenario
from harness.waiting import wait_for

FLAVOR = "nvidia-l4-1gpu"
BROKEN_CONFIG = DEFAULT_CONFIG + "managedResorces: [nvidia.com/gpu]\n"
BROKEN_PLACE = ":4:1: managedResorces: unknown field 'managedResorces': did you mean 'managedResources'?"
RELOADS = "gpuaas_configuration_reloads_total"

GOOD_FLAVOR = """\
apiVersion: kueue.x-k8s.io/v1beta1
kind: ResourceFlavor
metadata: {name: a}
"""
QUEUE_WITHOUT_COVERED_RESOURCES = """\
apiVersion: kueue.x-k8s.io/v1beta1
kind: ClusterQueue
metadata: {name: main}
spec:
  namespaceSelector: {}
  resourceGroups:
  - flavors:
    - name: a
      resources:
      - {name: nvidia.com/gpu, nominalQuota: 1}
"""


def call(cluster: Cluster, *arguments: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run([cluster.replicas[0].program, *map(str, arguments)], capture_output=True, text=True, timeout=20)


def write(cluster: Cluster, name: str, text: str) -> Path:
    path = cluster.replicas[0].directory / name
    path.write_text(text)
    return path


@scenario(replicas=1)
def test_a_mistake_ends_the_program_with_the_way_to_mend_it(cluster: Cluster) -> None:
    config = write(cluster, "broken.yaml", BROKEN_CONFIG)
    for arguments, said in ((("serve", "--config", config), f"{config}{BROKEN_PLACE}"),
                            (("serve", "--lisen", ":1"), "did you mean '--listen'?"),
                            (("serve", "--kubeconfig", config.parent / "absent"), "absent"),
                            (("serv",), "did you mean 'serve'?"),
                            (("certs", "--dayz", "1"), "did you mean '--days'?")):
        answer = call(cluster, *arguments)
        assert answer.returncode == 2 and said in answer.stderr, (arguments, answer)


@scenario(replicas=1)
def test_every_command_has_a_help_and_the_program_a_version(cluster: Cluster) -> None:
    for command in ("serve", "check", "certs", "version"):
        answer = call(cluster, command, "--help")
        assert answer.returncode == 0 and f"gpuaas {command}" in answer.stdout, answer
    answer = call(cluster, "version")
    assert answer.returncode == 0 and answer.stdout.startswith("gpuaas "), answer


@scenario(replicas=1)
def test_check_tells_by_its_exit_status_whether_there_are_mistakes(cluster: Cluster) -> None:
    good = write(cluster, "good.yaml", GOOD_FLAVOR)
    bad = write(cluster, "bad.yaml", QUEUE_WITHOUT_COVERED_RESOURCES)
    assert call(cluster, "check", good).returncode == 0
    answer = call(cluster, "check", good, bad)
    assert answer.returncode == 1, answer
    assert f"{bad}:7:5: spec.resourceGroups[0].coveredResources" in answer.stdout, answer
    assert "coveredResources: [\"nvidia.com/gpu\"]" in answer.stdout, answer
    assert call(cluster, "check", bad.parent / "absent.yaml").returncode == 2


@scenario(replicas=1, config=DEFAULT_CONFIG)
def test_a_broken_configuration_leaves_the_last_good_one_in_use(cluster: Cluster) -> None:
    namespace = cluster.namespace()
    cluster.queue(namespace, {FLAVOR: 1})
    replica = cluster.replicas[0]
    mark = replica.log_mark()
    replica.config_path.write_text(BROKEN_CONFIG)
    try:
        replica.wait_log("the configuration is not used: the last good one stays", after=mark)
        assert replica.metrics().sum(RELOADS, outcome="refused") == 1
        cluster.alice.create(objects.pod(namespace, "first", gpus=1))
        cluster.wait_running(namespace, "first")
    finally:
        replica.config_path.write_text(DEFAULT_CONFIG + "logLevel: debug\n")
    wait_for(lambda: replica.metrics().sum(RELOADS, outcome="used") == 1, 10, "the good configuration to be used")
    cluster.alice.delete("pods", namespace, "first")
    cluster.alice.create(objects.pod(namespace, "second", gpus=1))
    cluster.wait_running(namespace, "second")


@scenario(replicas=1)
def test_certs_makes_certificates_that_verify_and_keeps_its_authority(cluster: Cluster) -> None:
    folder = cluster.replicas[0].directory / "certs"
    authorities = set()
    for _ in range(2):
        answer = call(cluster, "certs", "--dir", folder, "gpuaas-webhook.gpuaas-system.svc")
        assert answer.returncode == 0, answer
        authorities.add((folder / "ca.crt").read_text())
        subprocess.run(["openssl", "verify", "-CAfile", folder / "ca.crt", "-verify_hostname",
                        "gpuaas-webhook.gpuaas-system.svc", folder / "tls.crt"], check=True, capture_output=True)
    assert len(authorities) == 1, "the authority was replaced"
    assert {(folder / name).stat().st_mode & 0o777 for name in ("ca.key", "tls.key")} == {0o600}
