"""An idle sweep and a status answer, before and after ten times the history."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import expiry
from saleor_cryptopay.operations.opening import Opening, open_payment
from tests.chaos.world import USDT, World
from tests.web.site import PREFIX, Site

from .measuring import Cost, by_turns, cpu, ratio
from .requests import request
from .rows import make_payments

TIMES = 50


def measure(many: int) -> Iterator[tuple[str, str, str]]:
    """Yield figures with `many` payments of history and with ten times as many."""
    past = datetime.now(UTC) - timedelta(days=30)
    Payment.objects.filter(state="awaiting_payment").update(state="expired")
    short = _with_history(many, past)
    long = _with_history(9 * many, past)
    for name, what in (("sweep", "idle sweep"), ("status", "status of a payment")):
        # In units of a request without a database: the machine is not always as fast.
        grown = ratio(long[name], long["nothing"]) / ratio(
            short[name], short["nothing"]
        )
        yield (
            f"{what}, CPU with ten times the history of {many:,} payments",
            f"{grown:.2f} x ({cpu(long[name]):.2f} ms)",
            "at most 1.1 x",
        )
    yield (
        "status of a payment, CPU against a bare view with one select",
        f"{ratio(long['status'], long['select']):.2f} x",
        "",
    )


def _with_history(many: int, past: datetime) -> dict[str, list[Cost]]:
    make_payments(many, "expired", past, past)
    return by_turns(_works(), TIMES)


def _works() -> dict[str, Callable[[], object]]:
    world = World()
    world.clock.now = datetime.now(UTC)
    Site.stage = world.stage
    opening = Opening("to be shown", "", Decimal("50.10"), "USD", USDT.key)
    token = open_payment(opening, world.runtime).token
    return {
        "sweep": lambda: expiry.expire_due(world.runtime),
        "status": request("GET", f"{PREFIX}/pay/{token}/status/"),
        "nothing": request("POST", "/bare/nothing/"),
        "select": request("GET", f"/bare/select/{token}/"),
    }
