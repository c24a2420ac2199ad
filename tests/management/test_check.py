"""`cryptopay check`: what is amiss is named, and decides the exit status."""

from dataclasses import replace
from datetime import timedelta

import pytest

from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.operations import registration
from tests.operations.conftest import Scene
from tests.playing import KEY
from tests.stand_ins import make_policy

from .conftest import Run


@pytest.fixture
def healthy(scene: Scene) -> Scene:
    """Give a scene in which nothing is amiss."""
    registration.keep_registered(scene.runtime)
    scene.poll()
    return scene


def lines(out: str, level: str) -> list[str]:
    """Return the subjects of the findings of a level."""
    found = (line.split() for line in out.splitlines())
    return [words[1] for words in found if words and words[0] == level]


def test_where_all_is_well_nothing_is_amiss(healthy: Scene, run: Run) -> None:
    del healthy
    status, out = run("check")
    assert (status, lines(out, "error")) == (0, [])
    assert {"gateway", "webhook", "coins", "workers", "clock", "queues"} <= set(
        lines(out, "ok")
    )
    assert KEY not in out


def test_a_missing_webhook_is_named(scene: Scene, run: Run) -> None:
    scene.poll()
    status, out = run("check")
    assert (status, lines(out, "error")) == (1, ["webhook"])


def test_workers_that_stand_still_are_named(healthy: Scene, run: Run) -> None:
    healthy.clock.shift = timedelta(minutes=6)
    status, out = run("check")
    assert (status, lines(out, "error")) == (1, ["workers"])
    assert "do worker and beat run?" in out
    assert lines(out, "warning")[-1:] == ["clock"]


def test_workers_that_never_ran_are_named(scene: Scene, run: Run) -> None:
    registration.keep_registered(scene.runtime)
    assert lines(run("check")[1], "error") == ["workers"]


def test_a_gateway_that_is_down_is_named_and_the_rest_still_told(
    healthy: Scene, run: Run
) -> None:
    healthy.sandbox.control("faults", kind="down")
    status, out = run("check")
    assert (status, lines(out, "error")) == (1, ["gateway"])
    assert "workers" in lines(out, "ok")


def test_a_coin_that_the_gateway_does_not_take_is_named(
    healthy: Scene, run: Run
) -> None:
    policy = make_policy("usdt@ethereum", "busd@ethereum")
    taken = {f"{row.coin}@{row.network}" for row in healthy.runtime.gateway.coins()}
    missing = [asset.key for asset in policy.assets if asset.key not in taken]
    healthy.runtime = replace(healthy.runtime, policies=lambda _channel: policy)
    out = run("check")[1]
    assert lines(out, "error") == ["coins"] * len(missing)


def test_without_a_secret_no_webhook_can_be_verified(healthy: Scene, run: Run) -> None:
    gateway = build_gateway(
        "crypton", api_url=healthy.sandbox.api_url, api_key=KEY, webhook_secrets=()
    )
    healthy.runtime = replace(healthy.runtime, gateway=gateway)
    assert "secrets" in lines(run("check")[1], "error")


def test_an_address_without_https_is_a_warning_with_play_money(
    healthy: Scene, run: Run
) -> None:
    healthy.runtime = replace(healthy.runtime, base_url="http://127.0.0.1/plugins/")
    registration.keep_registered(healthy.runtime)
    status, out = run("check")
    assert (status, "address" in lines(out, "warning")) == (0, True)
    assert run("check", "--strict")[0] == 1
