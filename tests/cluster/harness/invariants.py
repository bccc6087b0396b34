# SPDX-License-Identifier: Apache-2.0
"""The quota auditor: replays what was stored during a test, in the order in which it was stored, and finds every start
that was above quota and every GPU pod that got past the queue."""
from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import NamedTuple

from . import queries
from .api import Api, Watch
from .objects import MANAGED
from .waiting import wait_for

WATCHED = ("namespaces", "clusterqueues", "pods", "jobs")
# A start that was decided before a quota was lowered may be stored just after it.
LOWERED_QUOTA_SECONDS = 1.0

Amounts = dict[tuple[str, str], int]  # (flavor, resource) -> amount


class Event(NamedTuple):
    resource_version: int
    plural: str
    kind: str
    item: dict
    seen_at: float


class Holding(NamedTuple):
    """What one Pod or Job holds."""

    plural: str
    workload: str
    cluster_queue: str
    amounts: Amounts


class Auditor:
    """Watches from start() on; settle() makes sure that everything was seen, and returns the violations."""

    def __init__(self, api: Api):
        self._api = api
        self._events: list[Event] = []
        self._watches: dict[str, Watch] = {}
        self._threads: list[threading.Thread] = []
        self._escapes_allowed: set[str] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        for plural in WATCHED:
            listed = self._api.list_all(plural)
            for item in listed["items"]:
                self._add(plural, "LISTED", item)
            self._watches[plural] = self._api.watch(plural, resource_version=listed["metadata"]["resourceVersion"])
            thread = threading.Thread(target=self._follow, args=(plural, self._watches[plural]), daemon=True)
            thread.start()
            self._threads.append(thread)

    def allow_escapes(self, namespace_name: str) -> None:
        """GPU pods of that namespace may run without admission: the test lets them in (break-glass, relabelling)."""
        self._escapes_allowed.add(namespace_name)

    def settle(self) -> list[str]:
        """One sentence for each violation since start()."""
        for plural in WATCHED:
            self._catch_up(plural)
        with self._lock:
            events = sorted(self._events, key=lambda event: event.resource_version)
        replay = Replay(self._escapes_allowed)
        for event in events:
            replay.step(event)
        return replay.violations

    def stop(self) -> None:
        for watch in self._watches.values():
            watch.close()
        for thread in self._threads:
            thread.join()

    def _follow(self, plural: str, watch: Watch) -> None:
        for kind, item in watch:
            if kind in ("ADDED", "MODIFIED", "DELETED"):
                self._add(plural, kind, item)

    def _add(self, plural: str, kind: str, item: dict) -> None:
        item["metadata"].pop("managedFields", None)
        event = Event(_version_of(item), plural, kind, item, time.monotonic())
        with self._lock:
            self._events.append(event)

    def _catch_up(self, plural: str) -> None:
        """Waits until the watch has told all that a list tells now."""
        listed = self._api.list_all(plural)
        versions = {item["metadata"]["uid"]: _version_of(item) for item in listed["items"]}
        list_version = _version_of(listed)

        def has_seen_all() -> bool:
            newest = self._newest(plural)
            is_told = all(uid in newest and newest[uid].resource_version >= version
                          for uid, version in versions.items())
            return is_told and all(event.kind == "DELETED" or event.resource_version > list_version
                                   for uid, event in newest.items() if uid not in versions)

        wait_for(has_seen_all, 10, f"the auditor to catch up with {plural}")

    def _newest(self, plural: str) -> dict[str, Event]:
        with self._lock:
            return {event.item["metadata"]["uid"]: event for event in self._events if event.plural == plural}


class Replay:
    """The state after each event, and what is wrong about it."""

    def __init__(self, escapes_allowed: set[str]):
        self.violations: list[str] = []
        self._escapes_allowed = escapes_allowed
        self._managed: set[str] = set()
        self._queues: dict[str, tuple[str, list[tuple[float, Amounts]]]] = {}
        self._holdings: dict[str, Holding] = {}
        self._started: set[str] = set()
        self._known: set[str] = set()

    def step(self, event: Event) -> None:
        getattr(self, f"_step_{event.plural}")(event)

    def _step_namespaces(self, event: Event) -> None:
        name = event.item["metadata"]["name"]
        is_managed = event.kind != "DELETED" and MANAGED.items() <= queries.labels(event.item).items()
        (self._managed.add if is_managed else self._managed.discard)(name)

    def _step_clusterqueues(self, event: Event) -> None:
        name = event.item["metadata"]["name"]
        _, quotas = self._queues.get(name, ("", []))
        current = {} if event.kind == "DELETED" else _quotas_of(event.item)
        group = event.item["spec"].get("cohort") or event.item["spec"].get("cohortName") or f"queue {name}"
        self._queues[name] = group, [*quotas, (event.seen_at, current)]

    def _step_pods(self, event: Event) -> None:
        pod = event.item
        is_held = event.kind != "DELETED" and not queries.gated(pod) and not queries.terminal(pod)
        requests = queries.managed_requests(pod["spec"])
        admission = queries.admission(pod)
        amounts = {(flavor_of(admission, resource), resource): amount for resource, amount in requests.items()}
        self._hold(event, is_held and bool(requests), admission, amounts)
        if is_held and requests and admission is None:
            self._check_escape(event)

    def _step_jobs(self, event: Event) -> None:
        job = event.item
        admission = queries.admission(job)
        is_held = event.kind != "DELETED" and not queries.suspended(job) and not queries.finished(job)
        amounts: Amounts = defaultdict(int)
        for pod_set in (admission or {}).get("podSets", []):
            for resource, (flavor, amount) in pod_set["flavors"].items():
                amounts[flavor, resource] += pod_set["count"] * amount
        self._hold(event, is_held, admission, amounts)

    def _hold(self, event: Event, is_held: bool, admission: dict | None, amounts: Amounts) -> None:
        """A start is what was not running before: an adopted object, which was, may be above quota."""
        uid = event.item["metadata"]["uid"]
        is_start = is_held and uid not in self._started and event.kind != "LISTED"
        (self._started.add if is_held else self._started.discard)(uid)
        if not is_held or admission is None:
            self._holdings.pop(uid, None)
            return
        before = self._usage(admission["clusterQueue"])
        self._holdings[uid] = Holding(event.plural, admission["workload"], admission["clusterQueue"], amounts)
        if is_start:
            self._check_quota(event, admission["clusterQueue"], before)

    def _check_quota(self, event: Event, queue: str, before: Amounts) -> None:
        group, quota = self._quota(queue, event.seen_at)
        for key, amount in self._usage(queue).items():
            if amount > quota[key] and amount > before[key]:
                self.violations.append(f"{_name_of(event)} started above quota: {amount} {key[1]} of flavor {key[0]} "
                                       f"are held in {group}, whose quota is {quota[key]}")

    def _check_escape(self, event: Event) -> None:
        metadata = event.item["metadata"]
        is_new = metadata["uid"] not in self._known
        self._known.add(metadata["uid"])
        namespace_name = metadata["namespace"]
        if (is_new and event.kind != "LISTED" and namespace_name in self._managed
                and namespace_name not in self._escapes_allowed):
            self.violations.append(f"{_name_of(event)} asks for GPUs and is neither gated nor admitted")

    def _group(self, queue: str) -> str:
        return self._queues[queue][0] if queue in self._queues else f"queue {queue}"

    def _usage(self, queue: str) -> Amounts:
        """For each workload the larger of its Job and its Pods together, in the queue's cohort."""
        group = self._group(queue)
        held: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for holding in self._holdings.values():
            if self._group(holding.cluster_queue) == group:
                for (flavor, resource), amount in holding.amounts.items():
                    held[holding.workload, flavor, resource][holding.plural] += amount
        total: Amounts = defaultdict(int)
        for (_, flavor, resource), by_plural in held.items():
            total[flavor, resource] += max(by_plural.values())
        return total

    def _quota(self, queue: str, now: float) -> tuple[str, Amounts]:
        group = self._group(queue)
        total: Amounts = defaultdict(int)
        for other, history in self._queues.values():
            if other == group:
                for key, amount in _highest_quotas(history, now - LOWERED_QUOTA_SECONDS).items():
                    total[key] += amount
        return group, total


def _highest_quotas(history: list[tuple[float, Amounts]], since: float) -> Amounts:
    ends = [at for at, _ in history[1:]] + [float("inf")]
    highest: Amounts = defaultdict(int)
    for (_, quotas), end in zip(history, ends):
        if end > since:
            for key, amount in quotas.items():
                highest[key] = max(highest[key], amount)
    return highest


def flavor_of(admission: dict | None, resource: str) -> str:
    """The flavor that an admission of one pod gives to a resource; "none" if it gives none."""
    for pod_set in (admission or {}).get("podSets", []):
        if resource in pod_set["flavors"]:
            return pod_set["flavors"][resource][0]
    return "none"


def _quotas_of(queue: dict) -> Amounts:
    quotas: Amounts = {}
    for group in queue["spec"].get("resourceGroups", []):
        for flavor in group["flavors"]:
            for resource in flavor["resources"]:
                if resource["name"].startswith(queries.MANAGED_PREFIXES):
                    quotas[flavor["name"], resource["name"]] = int(resource["nominalQuota"])
    return quotas


def _version_of(item: dict) -> int:
    return int(item["metadata"]["resourceVersion"])


def _name_of(event: Event) -> str:
    metadata = event.item["metadata"]
    return f"{event.item.get('kind', event.plural)} {metadata['namespace']}/{metadata['name']}"
