"""Handing a letter to a mail server, by Django's mail settings.

Used by whoever implements `operations.ports.Post`. Nothing here writes an address into
a log or an error: what a server says of a recipient stays out, its code goes in.
"""

from collections.abc import Sequence
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from saleor_cryptopay.core.errors import PostError
from saleor_cryptopay.operations.ports import Letter

# Seconds for each answer of the server: all of them together stay below the time for
# which a message is claimed.
PATIENCE: Final = 10

# From here on a server means it for good (RFC 5321, 4.2.1).
PERMANENT: Final = 500


def send_letter(letter: Letter, recipients: Sequence[str], sender: str = "") -> None:
    """Send a letter as text and HTML.

    Args:
        letter: what is sent.
        recipients: at least one address.
        sender: who it is from; "" for `DEFAULT_FROM_EMAIL`.

    Raises:
        PostError: the server did not take it.
    """
    try:
        _build(letter, recipients, sender).send()
    except SMTPException as error:
        raise PostError(_explain(error), is_final=_is_final(error)) from None
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise PostError(f"The mail server cannot be reached: {words}.") from None
    except ValueError:
        raise PostError("The recipient has no valid address.", is_final=True) from None


def _build(
    letter: Letter, recipients: Sequence[str], sender: str
) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        " ".join(letter.subject.split()),
        letter.text,
        sender or None,
        list(recipients),
        connection=get_connection(timeout=_patience()),
        headers={
            "Message-ID": letter.message_id,
            "Content-Language": letter.language,
            # No out-of-office notes in return (RFC 3834).
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def _patience() -> int:
    configured: int | None = getattr(settings, "EMAIL_TIMEOUT", None)
    return PATIENCE if configured is None else min(PATIENCE, configured)


def _explain(error: SMTPException) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return f"The mail server refused the recipient ({_codes(error)})."
    if isinstance(error, SMTPResponseException):
        return f"The mail server refused the letter ({error.smtp_code})."
    return f"The mail server did not take the letter ({type(error).__name__})."


def _codes(error: SMTPRecipientsRefused) -> str:
    return ", ".join(sorted({str(code) for code, _ in error.recipients.values()}))


def _is_final(error: SMTPException) -> bool:
    """Whether the letter itself is refused; a wrong password can be mended."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= PERMANENT
