"""A real SMTP server on the loopback, and what came to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from demo.services.ports import free_port

# What the server answers, as RFC 5321 has it.
TAKEN = "250 taken"


@dataclass(frozen=True)
class Mail:
    """One mail as it came."""

    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        # A long one may begin on a line of its own: the fold is no part of it.
        return str(self.message["Subject"]).lstrip()

    @property
    def message_id(self) -> str:
        """What mail programs know it by."""
        return str(self.message["Message-ID"])

    def part(self, kind: str) -> str:
        """Return the body as `plain` or `html`."""
        body = self.message.get_body((kind,))
        assert body is not None
        # Lines end on their way as SMTP has it.
        return str(body.get_content()).replace("\r\n", "\n")


@dataclass
class MailServer:
    """Takes mails on a port of its own; can be stopped and started again.

    Attributes:
        port: where it listens.
        mails: what came, oldest first.
        refusals: recipient → what is answered in place of taking it.
        answer: what is answered to a letter.
    """

    port: int = field(default_factory=free_port)
    mails: list[Mail] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    answer: str = TAKEN
    _controller: Controller | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening; what came stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802 - as the library calls it
        self,
        server: Any,  # noqa: ARG002 - as above
        session: Any,  # noqa: ARG002 - as above
        envelope: Any,
        address: str,
        options: list[str],  # noqa: ARG002 - as above
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802 - as above
        """Take or refuse a letter."""
        if self.answer == TAKEN:
            parsed = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(Mail(tuple(envelope.rcpt_tos), parsed))
        return self.answer

    def subjects(self) -> list[str]:
        """Return the subjects of what came."""
        return [mail.subject for mail in self.mails]


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """Run a server for as long as the context lasts."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
