"""What `operations.ports.Post` promises, for whoever implements it.

Subclass `PostConformance` where the tests are collected and define a fixture `world`
that gives a `PostWorld`.
"""

from dataclasses import dataclass
from typing import Protocol

import pytest

from saleor_cryptopay.core.errors import PostError
from saleor_cryptopay.operations.ports import Letter, Post

LETTER = Letter(
    "Zahlung vollständig · Bestellung 7",
    "Danke für 50,10 €\n",
    "<p>Danke für <b>50,10 €</b></p>\n",
    "<cryptopay-1-20260301@api.shop.example>",
    "de",
)

# Of the form that shops have, and known to none.
UNKNOWN = "7e57ab1e-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Received:
    """A letter as it came.

    Attributes:
        recipient: `customer` or `staff`.
        letter: what was in it.
    """

    recipient: str
    letter: Letter


class PostWorld(Protocol):
    """A shop with a mail server that a test can stop."""

    post: Post

    def make_purchase(self) -> str:
        """Make something that a customer with an address buys; return its reference."""
        ...

    def hire_staff(self, language: str) -> None:
        """Let there be one whom the shop notifies, and knows the language of."""
        ...

    def dismiss_staff(self) -> None:
        """Let nobody be there whom the shop notifies."""
        ...

    def stop_server(self) -> None:
        """Let the mail server be away."""
        ...

    def start_server(self) -> None:
        """Let it be there again."""
        ...

    def refuse_customer(self) -> None:
        """Let the mail server say that the customer's address does not exist."""
        ...

    def received(self) -> list[Received]:
        """Return what came, oldest first."""
        ...


class PostConformance:
    """The whole of the port."""

    def test_a_customer_gets_the_letter_as_it_is(self, world: PostWorld) -> None:
        assert world.post.to_customer(world.make_purchase(), LETTER)
        assert world.received() == [Received("customer", LETTER)]

    def test_staff_get_the_letter_as_it_is(self, world: PostWorld) -> None:
        world.hire_staff("de")
        assert world.post.to_staff(LETTER)
        assert world.received() == [Received("staff", LETTER)]

    @pytest.mark.parametrize(
        ("spoken", "read"), [("de", "de"), ("pt-br", "pt"), ("nl", "en")]
    )
    def test_staff_are_known_by_the_language_that_they_read(
        self, world: PostWorld, spoken: str, read: str
    ) -> None:
        world.hire_staff(spoken)
        assert list(world.post.staff_languages()) == [read]

    def test_staff_get_no_letter_in_another_language(self, world: PostWorld) -> None:
        world.hire_staff("fr")
        assert not world.post.to_staff(LETTER)
        assert world.received() == []

    def test_nobody_is_written_to_about_what_nobody_knows(
        self, world: PostWorld
    ) -> None:
        assert not world.post.to_customer(UNKNOWN, LETTER)
        assert not world.post.to_customer("", LETTER)
        assert world.received() == []

    def test_without_staff_nobody_is_written_to(self, world: PostWorld) -> None:
        world.dismiss_staff()
        assert list(world.post.staff_languages()) == []
        assert not world.post.to_staff(LETTER)
        assert world.received() == []

    def test_a_letter_that_is_sent_again_has_the_same_name(
        self, world: PostWorld
    ) -> None:
        reference = world.make_purchase()
        for _ in range(2):
            world.post.to_customer(reference, LETTER)
        ids = [row.letter.message_id for row in world.received()]
        assert ids == [LETTER.message_id] * 2

    def test_a_server_that_is_away_is_asked_again(self, world: PostWorld) -> None:
        reference = world.make_purchase()
        world.hire_staff("de")
        world.stop_server()
        with pytest.raises(PostError) as caught:
            world.post.to_customer(reference, LETTER)
        assert not caught.value.is_final
        with pytest.raises(PostError) as caught:
            world.post.to_staff(LETTER)
        assert not caught.value.is_final
        world.start_server()
        assert world.post.to_customer(reference, LETTER)
        assert len(world.received()) == 1

    def test_an_address_that_does_not_exist_is_named_in_no_error(
        self, world: PostWorld
    ) -> None:
        reference = world.make_purchase()
        world.refuse_customer()
        with pytest.raises(PostError) as caught:
            world.post.to_customer(reference, LETTER)
        assert caught.value.is_final
        assert "@" not in str(caught.value)

    def test_an_event_for_apps_is_no_letter(self, world: PostWorld) -> None:
        for reference in (world.make_purchase(), ""):
            world.post.announce(reference, "saleor_cryptopay.test", {"name": "test"})
        assert world.received() == []
