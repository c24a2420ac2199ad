"""The stand-in's post and the one that writes down keep what the port promises."""

from decimal import Decimal
from uuid import uuid4

import pytest

from demo.stand_in.models import Purchase
from demo.stand_in.post import CUSTOMER, STAFF, StandInPost
from saleor_cryptopay.core.errors import PostError
from tests.conformance.post import UNKNOWN, PostConformance, Received
from tests.mail_server import MailServer
from tests.posting import MailWorld
from tests.stand_ins import RecordingPost


class StandInWorld(MailWorld):
    """The stand-in, with a real mail server."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(server, CUSTOMER, STAFF)
        self.post = StandInPost()

    def make_purchase(self) -> str:
        purchase = Purchase.objects.create(
            reference=str(uuid4()),
            kind=Purchase.Kind.CHECKOUT,
            title="Checkout",
            total=Decimal(24),
            currency="USD",
        )
        return purchase.reference

    def hire_staff(self, language: str) -> None:
        self.post = StandInPost(language=language)

    def dismiss_staff(self) -> None:
        self.post = StandInPost(staff="")


class TestStandInPost(PostConformance):
    """The suite, on the stand-in."""

    @pytest.fixture
    def world(self, mail_server: MailServer, db: None) -> StandInWorld:  # noqa: ARG002 - a database
        return StandInWorld(mail_server)


class RecordingWorld:
    """The post that writes down, in place of a server."""

    def __init__(self) -> None:
        self.post = RecordingPost(strangers=frozenset({UNKNOWN, ""}))

    def make_purchase(self) -> str:
        return str(uuid4())

    def hire_staff(self, language: str) -> None:
        self.post.staff = (language,)

    def dismiss_staff(self) -> None:
        self.post.staff = ()

    def stop_server(self) -> None:
        self.post.refusal = PostError("away")

    def start_server(self) -> None:
        self.post.refusal = None

    def refuse_customer(self) -> None:
        self.post.refusal = PostError("refused (550)", is_final=True)

    def received(self) -> list[Received]:
        return [
            Received("staff" if whom == "staff" else "customer", letter)
            for whom, letter in self.post.letters
        ]


class TestRecordingPost(PostConformance):
    """The suite, on the post of the other tests."""

    @pytest.fixture
    def world(self) -> RecordingWorld:
        return RecordingWorld()
