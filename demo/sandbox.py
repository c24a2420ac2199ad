"""The gateway's sandbox as a program, and its control API: customer and chain."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from .services.processes import Program, ServiceError, bare_environment

PROJECT: Final = Path(__file__).parents[1]
KEY: Final = "sk_test_sandbox"
SECRET: Final = "sandbox-webhook-secret-0000000000"  # noqa: S105 - of a toy
START_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        url: its console, without a slash at the end.
    """

    url: str

    @property
    def api_url(self) -> str:
        """The gateway's base, as the plugin's setting `api_url` has it."""
        return f"{self.url}/api/v1"

    def pay(self, address: str, amount: str, coin: str = "") -> str:
        """Send coins to an address, as a customer's wallet; returns their hash.

        Without `coin` they are the ones that the address was made for.

        Raises:
            ServiceError: the sandbox refuses.
        """
        form: dict[str, str | int] = {"address": address, "amount": amount}
        answer = self._control("/pay", form | ({"coin": coin} if coin else {}))
        return str(answer["hash"])

    def mine(self, blocks: int) -> None:
        """Let blocks come on every network.

        Raises:
            ServiceError: the sandbox refuses.
        """
        self._control("/blocks", {"count": blocks})

    def webhook_urls(self) -> list[str]:
        """Return where the gateway sends its webhooks."""
        state = httpx.get(f"{self.url}/sandbox/state", timeout=10).json()
        return [row["url"] for row in state["webhooks"]]

    def _control(self, path: str, body: dict[str, str | int]) -> dict[str, object]:
        response = httpx.post(f"{self.url}/sandbox{path}", json=body, timeout=10)
        if response.is_error:
            raise ServiceError(f"the sandbox refuses {path}: {response.text}")
        answer: dict[str, object] = response.json()
        return answer


@contextmanager
def start_sandbox(folder: Path, port: int, block_seconds: float) -> Iterator[Sandbox]:
    """Run the sandbox.

    Raises:
        ServiceError: it does not start.
    """
    url = f"http://127.0.0.1:{port}"
    options = ["--port", str(port), "--block-seconds", str(block_seconds)]
    with Program(
        "sandbox",
        [sys.executable, "-m", "saleor_cryptopay.sandbox", *options],
        log=folder / "sandbox.log",
        environment=bare_environment(PYTHONPATH=str(PROJECT), PYTHONUNBUFFERED="1"),
    ) as program:
        program.wait_for_http(url, START_SECONDS)
        yield Sandbox(url)
