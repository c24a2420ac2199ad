"""`cryptopay check`: what is amiss is named, and decides the exit status."""

from dataclasses import replace
from datetime import timedelta

import pytest

from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.operations import intake, pulse, registration
from saleor_cryptopay.operations.refusals import count_refusal
from tests.gateways.loopback import Loopback, answer
from tests.operations.conftest import Scene
from tests.playing import KEY
from tests.stand_ins import make_policy

from .conftest import Run


@pytest.fixture
def healthy(scene: Scene) -> Scene:
    """Give a scene in which nothing is amiss."""
    registration.keep_registered(scene.runtime)
    pulse.note(pulse.WORKER, scene.clock())
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
    well = {"gateway", "webhook", "deliveries", "worker", "beat", "polls", "clock"}
    assert well | {"coins", "queues"} <= set(lines(out, "ok"))
    assert KEY not in out


def test_a_missing_webhook_is_named(scene: Scene, run: Run) -> None:
    scene.poll()
    pulse.note(pulse.WORKER, scene.clock())
    status, out = run("check")
    assert (status, lines(out, "error")) == (1, ["webhook"])


def test_without_beat_nothing_of_the_schedule_runs(healthy: Scene, run: Run) -> None:
    healthy.clock.shift = timedelta(minutes=6)
    status, out = run("check")
    assert (status, lines(out, "error")) == (1, ["beat", "polls"])
    assert "does beat run?" in out
    assert lines(out, "warning")[-1:] == ["clock"]


def test_a_beat_that_never_ran_is_named(scene: Scene, run: Run) -> None:
    registration.keep_registered(scene.runtime)
    assert lines(run("check")[1], "error") == ["beat", "polls"]


def test_workers_that_do_not_answer_are_named(healthy: Scene, run: Run) -> None:
    healthy.jobs.workers = 0
    assert lines(run("check")[1], "error") == ["worker"]


def test_workers_that_cannot_be_asked_are_beats_to_speak_for(
    healthy: Scene, run: Run
) -> None:
    healthy.jobs.workers = None
    assert "worker" in lines(run("check")[1], "ok")


def test_polls_that_fail_are_told_from_a_beat_that_stands_still(
    healthy: Scene, run: Run
) -> None:
    healthy.clock.shift = timedelta(minutes=6)
    pulse.note(pulse.WORKER, healthy.clock())
    assert lines(run("check")[1], "error") == ["polls"]


def test_a_gateway_that_is_down_is_named_and_the_rest_still_told(
    healthy: Scene, run: Run
) -> None:
    healthy.sandbox.control("faults", kind="down")
    status, out = run("check")
    assert (status, lines(out, "error")) == (1, ["gateway"])
    assert "beat" in lines(out, "ok")


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
    out = run("check")[1]
    assert "secrets" in lines(out, "error")
    assert "webhook_secrets False" in out


def test_health_that_is_degraded_is_told_with_its_causes_and_no_more(
    healthy: Scene, run: Run
) -> None:
    pulse.note(pulse.AUDIT, healthy.clock() - timedelta(days=4))
    status, out = run("check")
    (queues,) = [line for line in out.splitlines() if " queues " in line]
    assert (status, queues.split()) == (
        0,
        ["warning", "queues", "seconds_since_audit", str(4 * 86_400)],
    )


def test_an_address_without_https_is_a_warning_with_play_money(
    healthy: Scene, run: Run
) -> None:
    healthy.runtime = replace(healthy.runtime, base_url="http://127.0.0.1/plugins/")
    registration.keep_registered(healthy.runtime)
    status, out = run("check")
    assert (status, "address" in lines(out, "warning")) == (0, True)
    assert run("check", "--strict")[0] == 1


def answering(scene: Scene, server: Loopback) -> None:
    """Put a server at the shop's public address."""
    scene.runtime = replace(scene.runtime, base_url=f"{server.url}/")
    registration.keep_registered(scene.runtime)


def test_a_shop_that_answers_at_its_address_is_reached(
    healthy: Scene, run: Run
) -> None:
    with Loopback(answer({"gateway": "crypton", "environment": "test"})) as server:
        answering(healthy, server)
        assert "reach" in lines(run("check")[1], "ok")
    assert server.requests[0].startswith(b"GET /api/v1/health/ ")


def test_somebody_else_at_the_shops_address_is_named(healthy: Scene, run: Run) -> None:
    with Loopback(answer({"gateway": "crypton", "environment": "live"})) as server:
        answering(healthy, server)
        assert lines(run("check")[1], "error") == ["reach"]


def test_a_shop_that_does_not_answer_is_a_warning(healthy: Scene, run: Run) -> None:
    with Loopback(answer({}, status="502 Bad Gateway")) as server:
        answering(healthy, server)
        status, out = run("check")
    assert (status, "reach" in lines(out, "warning")) == (0, True)
    assert "The shop's address failed" in out


def test_coins_that_no_webhook_told_of_are_a_warning(healthy: Scene, run: Run) -> None:
    payment = healthy.open()
    healthy.pay(payment, "50.10")
    healthy.poll()
    assert "deliveries" in lines(run("check")[1], "warning")
    intake.receive_delivery(b"{}", healthy.runtime)
    assert "deliveries" in lines(run("check")[1], "ok")


def test_webhooks_that_nobody_signed_are_a_warning(healthy: Scene, run: Run) -> None:
    count_refusal(healthy.clock())
    assert "deliveries" in lines(run("check")[1], "warning")


def test_a_key_that_may_withdraw_is_warned_of(healthy: Scene, run: Run) -> None:
    del healthy
    out = run("check")[1]
    assert "permissions" in lines(out, "warning")
    assert "though refunds are off" in out
