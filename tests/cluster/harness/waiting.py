# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition, with a deadline and a message that helps."""
from __future__ import annotations

import time
from typing import Any, Callable, TypeVar

from .api import ApiError

Value = TypeVar("Value")
DEFAULT_TIMEOUT = 15.0


def wait_for(condition: Callable[[], Value], timeout: float = DEFAULT_TIMEOUT,
             message: str | Callable[[], Any] = "the condition", interval: float = 0.01) -> Value:
    """Returns the first true value of condition(), which may raise AssertionError or ApiError meanwhile. Fails after
    `timeout` seconds with `message` (called then, if it can be) and what the condition last said."""
    deadline = time.monotonic() + timeout
    while True:
        last: Any
        try:
            last = condition()
            if last:
                return last
        except (AssertionError, ApiError) as error:
            last = error
        if time.monotonic() >= deadline:
            text = message() if callable(message) else message
            raise AssertionError(f"waited {timeout:g} s for {text}; last: {last!r}")
        time.sleep(interval)
        interval = min(interval * 1.3, 0.1)


def stays(condition: Callable[[], Any], seconds: float, message: str) -> None:
    """Fails as soon as condition() is false within that time; for what must not happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition():
            raise AssertionError(message)
        time.sleep(0.05)
