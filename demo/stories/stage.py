"""Where the demo plays its stories: alone, or while somebody looks on."""

import threading
from dataclasses import dataclass
from typing import Final

import httpx
import psycopg

from demo.sandbox import Sandbox
from demo.services.processes import ServiceError
from demo.storefront.shops import Button, Kind, OpenPayment, Shop

from .clockwork import Clockwork
from .play import Play, Staff
from .plots import STORIES, Story, find_story

# How long a visitor gets to see what has just happened.
PAUSE_SECONDS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What stories are played with.

    Attributes:
        shop: sells what is paid for.
        sandbox: the customer's wallet, and the chain.
        clockwork: turns time.
        staff: the shop's people.
    """

    shop: Shop
    sandbox: Sandbox
    clockwork: Clockwork
    staff: Staff

    def play_all(self) -> None:
        """Play every story, printing one line for each.

        Raises:
            ServiceError: one went otherwise; says which.
        """
        for story in STORIES:
            purchase = self.shop.start(Kind.CHECKOUT)
            payment = self.shop.pay(purchase, story.asset)
            self.play(story, purchase, payment)
            print(f"  ✓ {story.title}: {story.text}", flush=True)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The stories that a visitor can ask for."""
        return tuple(Button(row.key, row.title, row.text) for row in STORIES)

    def asset_of(self, key: str) -> str:
        """Return the coin that a story is paid in; "" for no such story."""
        story = find_story(key)
        return story.asset if story else ""

    def begin(self, key: str, purchase: str, payment: OpenPayment) -> None:
        """Play a story slowly beside whatever runs, for somebody who looks on."""
        parts = (find_story(key), purchase, payment)
        threading.Thread(target=self._show, args=parts, daemon=True).start()

    def play(
        self, story: Story, purchase: str, payment: OpenPayment, pause: float = 0
    ) -> None:
        """Play a story on a payment that waits for coins.

        Raises:
            ServiceError: it went otherwise.
        """
        total = self.shop.standing(purchase).total.partition(" ")[0]
        play = Play(
            payment.page_url,
            total,
            self.sandbox,
            self.clockwork,
            self.staff,
            say=lambda _words: None,
            pause=pause,
        )
        try:
            story.play(play)
        except (ServiceError, AssertionError) as error:
            raise ServiceError(f"“{story.title}” went otherwise: {error}") from error

    def _show(self, story: Story, purchase: str, payment: OpenPayment) -> None:
        try:
            self.play(story, purchase, payment, PAUSE_SECONDS)
        except (ServiceError, httpx.HTTPError, psycopg.Error) as error:
            print(f"  ✗ {error}", flush=True)
        else:
            print(f"  ✓ {story.title}: played to its end", flush=True)
