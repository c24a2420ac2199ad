"""Registrations for webhooks: made, listed, changed, removed."""

from typing import Any

import pytest

from .running import Sandbox


def test_registrations_are_made_listed_changed_and_removed(sandbox: Sandbox) -> None:
    made = sandbox.post(
        "/webhooks",
        url="http://127.0.0.1:9/hook/",
        events=["transaction.confirmed"],
        description="shop",
    )
    assert made["active"] is True
    assert sandbox.get("/webhooks") == [made]
    change = {"active": False, "events": ["transaction.failed"]}
    changed = sandbox.api("PUT", f"/webhooks/{made['id']}", json=change).json()["data"]
    assert changed == made | change
    assert sandbox.api("DELETE", f"/webhooks/{made['id']}").status_code == 200
    assert sandbox.get("/webhooks") == []
    assert sandbox.api("DELETE", f"/webhooks/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"events": []},
        {"url": "ftp://127.0.0.1/"},
        {"url": "http://"},
        {"url": "http://[/"},
        {"url": "http://127.0.0.1/", "events": ["transaction.imagined"]},
        {"url": "http://127.0.0.1/", "events": "transaction.failed"},
    ],
)
def test_a_wrong_registration_is_refused(sandbox: Sandbox, body: Any) -> None:
    assert sandbox.api("POST", "/webhooks", json=body).status_code == 400
