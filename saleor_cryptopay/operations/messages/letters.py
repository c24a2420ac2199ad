"""Writing a message as a letter: words, facts and templates put together.

The templates are `saleor_cryptopay/messages/<name>.subject.txt`, `.txt` and `.html`
where a merchant has put one in front, else the package's own `message.…`.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.template.loader import select_template
from django.utils.translation import get_language_bidi, gettext, override

from saleor_cryptopay.core.colours import words_on
from saleor_cryptopay.core.messages import Audience, MessageName
from saleor_cryptopay.models import Message
from saleor_cryptopay.operations.ports import Letter, Summary
from saleor_cryptopay.operations.runtime import Runtime

from .facts import payment_facts, refund_facts
from .languages import choose_language
from .staff_wording import staff_words
from .wording import Subject, customer_words, when_text

FOLDER: Final = "saleor_cryptopay/messages"

# Of the link, as on the page.
COLOUR: Final = "#2a55e5"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a letter is made of, before the templates."""

    message: Message
    subject: Subject
    summary: Summary
    language: str


def write_letter(message: Message, runtime: Runtime, language: str = "") -> Letter:
    """Return the message as it is sent now.

    A template that a merchant broke raises what Django raises.

    Args:
        message: what is said.
        runtime: see `runtime.Runtime`.
        language: of those among the staff who get it; "" for the shop's own. Customers
            are written to in theirs.
    """
    draft = draft_letter(message, runtime, language)
    with override(draft.language):
        context = _context(draft, runtime)
        return Letter(
            subject=" ".join(_render(message, "subject.txt", context).split()),
            text=_render(message, "txt", context).strip() + "\n",
            html=_render(message, "html", context),
            message_id=message_id(message, runtime, draft.language),
            language=draft.language,
        )


def draft_letter(message: Message, runtime: Runtime, language: str = "") -> Draft:
    """Read what a message is about, and in which language it is to be said.

    Args:
        message: what is said.
        runtime: see `runtime.Runtime`.
        language: see `write_letter`.
    """
    payment = payment_facts(message, runtime)
    subject = Subject(payment, refund_facts(message, runtime), message.data)
    if message.audience == Audience.CUSTOMER:
        language = _summary(message, runtime).language
    language = choose_language(language)
    with override(language):
        return Draft(message, subject, _summary(message, runtime), language)


def message_id(message: Message, runtime: Runtime, language: str) -> str:
    """Return the lasting name by which mail programs fold repetitions.

    Staff may get a message in several languages: each of these letters has its own.
    """
    host = urlsplit(runtime.base_url).hostname or "localhost"
    name = f"{message.pk}-{message.created_at:%Y%m%d%H%M%S}"
    if message.audience == Audience.STAFF:
        name = f"{name}-{language}"
    return f"<cryptopay-{name}@{host}>"


def _summary(message: Message, runtime: Runtime) -> Summary:
    """Return what the shop says of what is paid; its name alone where nothing is."""
    if message.payment is None:
        return Summary(runtime.shop.summary("").shop_name, "", (), "")
    return runtime.shop.summary(message.payment.reference)


def _context(draft: Draft, runtime: Runtime) -> dict[str, Any]:
    """Return what templates may use; documented in `docs/messages.md`."""
    name = MessageName(draft.message.name)
    is_staff = draft.message.audience == Audience.STAFF
    say = staff_words if is_staff else customer_words
    words = say(name, draft.subject)
    colour = runtime.appearance.colour or COLOUR
    return {
        "name": name,
        "words": words,
        "rows": _rows(draft),
        "shop_name": runtime.appearance.name or draft.summary.shop_name,
        "title": draft.summary.title,
        "payment": draft.subject.payment,
        "refund": draft.subject.refund,
        "data": draft.subject.data,
        "language": draft.language,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "colour": colour,
        "words_colour": words_on(colour),
        "footer": _footer(draft, is_staff=is_staff),
        "is_staff": is_staff,
    }


def _rows(draft: Draft) -> list[tuple[str, str]]:
    """Return label and value of each figure."""
    payment, refund = draft.subject.payment, draft.subject.refund
    rows = []
    if payment is not None:
        rows.append((gettext("Total"), f"{payment.total} {payment.currency}"))
    if refund is not None:
        rows.append((gettext("Amount"), f"{refund.amount} {refund.symbol}"))
        rows.append((gettext("Network"), refund.network))
    elif payment is not None and payment.symbol:
        for label, amount in (
            (gettext("Asked for"), payment.asked),
            (gettext("Received"), payment.received),
            (gettext("Still missing"), payment.missing if payment.is_open else ""),
            (gettext("Sent too much"), payment.surplus),
        ):
            if amount:
                rows.append((label, f"{amount} {payment.symbol}"))
        rows.append((gettext("Network"), payment.network))
        if payment.is_open and payment.missing:
            rows.append((gettext("Please pay by"), when_text(payment.expires_at)))
    if payment is not None and payment.is_test:
        rows.append((gettext("Test money"), "✓"))
    return rows


def _footer(draft: Draft, *, is_staff: bool) -> str:
    shop = draft.summary.shop_name
    if is_staff:
        return gettext("From the plugin for cryptocurrency payments of %(shop)s.") % {
            "shop": shop
        }
    return gettext(
        "You get this message because you chose to pay %(shop)s with cryptocurrency."
    ) % {"shop": shop}


def _render(message: Message, suffix: str, context: dict[str, Any]) -> str:
    names = [f"{FOLDER}/{name}.{suffix}" for name in (message.name, "message")]
    return str(select_template(names).render(context))
