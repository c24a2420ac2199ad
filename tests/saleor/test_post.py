"""Saleor's post keeps what the port promises, with a real mail server."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from demo.services.purchases import CUSTOMER
from saleor_cryptopay.core.errors import PostError
from saleor_cryptopay.operations.ports import Letter
from tests.conformance.post import PostConformance
from tests.mail_server import MailServer
from tests.posting import MailWorld

from .shell import Shell
from .shopping import Shopper
from .test_messages import HIRE, HIRE_USER, HURRY, STAFF, USDT

SEND = """
import json

from saleor_cryptopay.bridge.services.mail import SaleorPost
from saleor_cryptopay.core.errors import PostError
from saleor_cryptopay.operations.ports import Letter

try:
    answer = [getattr(SaleorPost(), method)(*arguments, Letter(**letter)), ""]
except PostError as error:
    answer = [error.is_final, str(error)]
print(json.dumps(answer), end="")
"""
ANNOUNCE = """
from saleor_cryptopay.bridge.services.mail import SaleorPost

SaleorPost().announce(reference, event, payload)
"""
LANGUAGES = """
import json

from saleor_cryptopay.bridge.services.mail import SaleorPost

print(json.dumps(SaleorPost().staff_languages()), end="")
"""
REFERENCE = """
from saleor_cryptopay.models import Payment

print(Payment.objects.get(token=token).reference, end="")
"""


@pytest.fixture(autouse=True)
def quiet(mail_server: MailServer, shell: Shell) -> Iterator[None]:
    """Empty the mail server; what a test breaks is mended after it."""
    shell.run(HURRY)
    mail_server.mails.clear()
    yield
    mail_server.refusals.clear()
    mail_server.stop()
    mail_server.start()


class ShellPost:
    """Saleor's post, asked from outside."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def to_customer(self, reference: str, letter: Letter) -> bool:
        return self._send("to_customer", [reference], letter)

    def staff_languages(self) -> list[str]:
        found: list[str] = json.loads(self._shell.run(LANGUAGES))
        return found

    def to_staff(self, letter: Letter) -> bool:
        return self._send("to_staff", [], letter)

    def announce(self, reference: str, event: str, payload: Any) -> None:
        self._shell.run(ANNOUNCE, reference=reference, event=event, payload=payload)

    def _send(self, method: str, arguments: list[str], letter: Letter) -> bool:
        given = {name: getattr(letter, name) for name in Letter.__slots__}
        found, error = json.loads(
            self._shell.run(SEND, method=method, arguments=arguments, letter=given)
        )
        if error:
            raise PostError(error, is_final=found)
        return bool(found)


class SaleorPostWorld(MailWorld):
    """A real Saleor, whose post is asked from outside."""

    def __init__(self, server: MailServer, shopper: Shopper, shell: Shell) -> None:
        super().__init__(server, CUSTOMER, STAFF)
        self.post = ShellPost(shell)
        self._shopper, self._shell = shopper, shell
        shell.run(HIRE, staff=STAFF)

    def make_purchase(self) -> str:
        session = self._shopper.initialize(self._shopper.checkout(), USDT)
        return self._shell.run(REFERENCE, token=session.payment["token"])

    def hire_staff(self, language: str) -> None:
        self._shell.run(HIRE, staff="")
        self._shell.run(HIRE_USER, staff=STAFF, language=language)

    def dismiss_staff(self) -> None:
        self._shell.run(HIRE, staff="")


class TestSaleorPost(PostConformance):
    """The suite, on a real Saleor."""

    @pytest.fixture
    def world(
        self, mail_server: MailServer, shopper: Shopper, shell: Shell
    ) -> Iterator[SaleorPostWorld]:
        yield SaleorPostWorld(mail_server, shopper, shell)
        shell.run(HIRE, staff="")


def test_a_bare_address_reads_what_the_shop_speaks(shell: Shell) -> None:
    shell.run(HIRE, staff=STAFF)
    assert ShellPost(shell).staff_languages() == ["en"]
    shell.run(HIRE, staff="")
