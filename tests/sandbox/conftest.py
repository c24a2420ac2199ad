"""One sandbox for all tests of this folder, forgotten between them."""

from collections.abc import Iterator

import pytest

from .running import Receiver, Sandbox, receiving, started


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Give a sandbox whose blocks come by hand."""
    with started("--block-seconds", "0") as (_process, lines):
        sandbox = Sandbox(lines[0].split()[1].rstrip("/"))
        yield sandbox
        sandbox.http.close()


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Give the sandbox with nothing in it and no limits."""
    running_sandbox.control("reset")
    running_sandbox.control("limits", per_minute=0, per_hour=0, per_day=0)
    return running_sandbox


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a receiver that is not registered."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hook(sandbox: Sandbox, receiver: Receiver) -> Receiver:
    """Give a receiver that is registered for transactions; retries come fast."""
    events = ["transaction.detected", "transaction.confirmed", "transaction.failed"]
    sandbox.post("/webhooks", url=receiver.url, events=events)
    sandbox.control("deliveries", time_scale=0.02)
    return receiver
