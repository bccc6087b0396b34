# SPDX-License-Identifier: Apache-2.0
"""The oracle of the other tests: does the auditor see what it must, and nothing else?"""
from __future__ import annotations

import itertools
import json

from harness import objects
from harness.cluster import Cluster
from harness.invariants import Event, Replay
from harness.scenario import scenario

FLAVOR = "l4"
TEAM = "team"


class Story:
    """Events of one managed namespace and its queue, told one after the other."""

    def __init__(self, quota: int):
        self.replay = Replay(set())
        self.now = 0.0
        self._versions = itertools.count(1)
        self.tell("namespaces", objects.namespace(TEAM), "LISTED")
        self.set_quota(quota)

    def set_quota(self, quota: int) -> None:
        self.tell("clusterqueues", objects.cluster_queue(TEAM, {FLAVOR: {objects.GPU: quota}}))

    def tell(self, plural: str, item: dict, kind: str = "MODIFIED") -> None:
        item["metadata"].setdefault("uid", item["metadata"]["name"])
        self.replay.step(Event(next(self._versions), plural, kind, item, self.now))

    def gated_pod(self, name: str) -> None:
        self.tell("pods", objects.pod(TEAM, name, spec={"schedulingGates": [{"name": objects.GATE}]}), "ADDED")

    def start_pod(self, name: str, workload: str | None = None) -> None:
        self.tell("pods", objects.pod(TEAM, name, annotations=admission(workload or name, 1)))

    def start_job(self, name: str, parallelism: int) -> None:
        item = objects.job(TEAM, name, parallelism=parallelism, annotations=admission(name, parallelism))
        self.tell("jobs", item)

    def violations(self) -> list[str]:
        return self.replay.violations


def admission(workload: str, count: int) -> dict[str, str]:
    pod_sets = [{"name": "main", "count": count, "flavors": {objects.GPU: [FLAVOR, 1]}}]
    value = {"workload": workload, "clusterQueue": TEAM, "localQueue": "queue", "podSets": pod_sets}
    return {objects.ADMISSION: json.dumps(value)}


@scenario(replicas=0)
def test_a_start_above_quota_is_a_violation(_: Cluster) -> None:
    story = Story(quota=1)
    for name in ("first", "second"):
        story.gated_pod(name)
        story.start_pod(name)
    assert [text.split()[1] for text in story.violations()] == ["team/second"]


@scenario(replicas=0)
def test_a_gpu_may_be_used_again_once_its_pod_is_gone_or_over(_: Cluster) -> None:
    story = Story(quota=1)
    story.start_pod("first")
    story.tell("pods", objects.pod(TEAM, "first", annotations=admission("first", 1)), "DELETED")
    story.start_pod("second")
    over = objects.pod(TEAM, "second", annotations=admission("second", 1), extra={"status": {"phase": "Succeeded"}})
    story.tell("pods", over)
    story.start_pod("third")
    assert not story.violations()


@scenario(replicas=0)
def test_a_job_and_its_pods_count_once(_: Cluster) -> None:
    story = Story(quota=2)
    story.start_job("train", parallelism=2)
    story.start_pod("train-a", workload="train")
    story.start_pod("train-b", workload="train")
    assert not story.violations()
    story.start_pod("train-c", workload="train")
    assert len(story.violations()) == 1


@scenario(replicas=0)
def test_a_job_holds_its_gpus_before_its_pods_exist(_: Cluster) -> None:
    story = Story(quota=2)
    story.start_job("train", parallelism=2)
    story.start_pod("other")
    assert [text.split()[1] for text in story.violations()] == ["team/other"]


@scenario(replicas=0)
def test_adoption_and_a_lowered_quota_are_no_violations(_: Cluster) -> None:
    story = Story(quota=1)
    story.start_pod("first")
    story.tell("pods", objects.pod(TEAM, "adopted"), "LISTED")
    story.start_pod("adopted")
    story.tell("pods", objects.pod(TEAM, "adopted", annotations=admission("adopted", 1)), "DELETED")
    story.set_quota(0)
    story.tell("pods", objects.pod(TEAM, "first", labels={"a": "b"}, annotations=admission("first", 1)))
    assert not story.violations()
    story.now += 10
    story.start_pod("late")
    assert len(story.violations()) == 1


@scenario(replicas=0)
def test_a_gpu_pod_that_is_neither_gated_nor_admitted_escaped(_: Cluster) -> None:
    story = Story(quota=1)
    story.tell("pods", objects.pod(TEAM, "escaped"), "ADDED")
    story.tell("pods", objects.pod(TEAM, "escaped", labels={"a": "b"}))
    story.tell("pods", objects.pod(TEAM, "without-gpu", gpus=0), "ADDED")
    assert [text.split()[1] for text in story.violations()] == ["team/escaped"]
