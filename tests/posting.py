"""The world of the post's suite where mails go to a real server."""

from saleor_cryptopay.operations.ports import Letter
from tests.conformance.post import Received
from tests.mail_server import MailServer


class MailWorld:
    """What is alike for every post that sends mails."""

    def __init__(self, server: MailServer, customer: str, staff: str) -> None:
        """Watch a server that gets mails for two addresses."""
        self.server = server
        self._names = {customer: "customer", staff: "staff"}
        self._customer = customer

    def stop_server(self) -> None:
        """Let the mail server be away."""
        self.server.stop()

    def start_server(self) -> None:
        """Let it be there again."""
        self.server.start()

    def refuse_customer(self) -> None:
        """Let the server say that the customer's address does not exist."""
        self.server.refusals[self._customer] = f"550 no such user {self._customer}"

    def received(self) -> list[Received]:
        """Return what came, oldest first."""
        return [
            Received(
                self._names[recipient],
                Letter(
                    mail.subject,
                    mail.part("plain"),
                    mail.part("html"),
                    mail.message_id,
                    str(mail.message["Content-Language"]),
                ),
            )
            for mail in self.server.mails
            for recipient in mail.recipients
        ]
