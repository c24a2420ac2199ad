"""What staff are told, in their own language.

A message about trouble is sent when it begins, and again when it is over (`is_over`).
What others have said (the gateway, Saleor, the audit's lines, a source of rates) is
quoted as it is; our own fixed sentences, where a reason is one, are translated.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext

from saleor_cryptopay.core.assets import NETWORKS
from saleor_cryptopay.core.messages import MessageName

from .wording import Subject, Words, keep_order

# As many differences as fit into a mail that is read.
MOST_LINES: Final = 20


def staff_words(name: MessageName, subject: Subject) -> Words:
    """Return a message to staff in the active language.

    Raises:
        KeyError: it is no message to staff.
    """
    return _STAFF_WORDS[name](subject)


def _needs_review(subject: Subject) -> Words:
    why = _why_review(subject.data)
    return Words(
        gettext("A payment needs a person"),
        _paragraphs(
            f"{why[:1].upper()}{why[1:]}",
            gettext(
                "Nothing is lost: what arrived stands in the transaction's history in"
                " the Dashboard. Credit it, refund it, or ask the customer."
            ),
        ),
        gettext("Open the refund desk") if subject.payment else "",
        subject.payment.desk_url if subject.payment else "",
    )


def _why_review(data: Mapping[str, Any]) -> str:
    """Return why a person has to look, in words of ours where we have some."""
    if reason := data.get("reason"):
        return gettext("%(coins)s: %(reason)s") % {
            "coins": keep_order(_coins(data["transfer"])),
            "reason": _translated(reason),
        }
    if effect := data.get("effect"):
        return gettext("The shop did not take “%(effect)s”: %(note)s") % {
            "effect": keep_order(effect),
            "note": keep_order(data.get("note", "")),
        }
    return _translated(data.get("why", ""))


def _coins(transfer: Mapping[str, str]) -> str:
    """Write coins and network, without a word between them."""
    slug = transfer["network"]
    network = NETWORKS[slug].name if slug in NETWORKS else slug
    return f"{transfer['amount']} {transfer['symbol']} ({network})"


def _refund_needs_approval(subject: Subject) -> Words:
    return _at_desk(
        subject,
        gettext("A refund waits for your approval"),
        gettext(
            "The customer has named the address that the coins shall go to. Nothing is"
            " sent before a member of staff approves amount and address."
        ),
    )


def _refund_failed(subject: Subject) -> Words:
    why = _translated(subject.data.get("note", ""))
    return _at_desk(
        subject,
        gettext("A refund was not made"),
        gettext("The reason: %(why)s") % {"why": why} if why else "",
        gettext(
            "The coins are still in the gateway's wallet. See to the cause, then try"
            " again or decline the refund."
        ),
    )


def _refund_in_doubt(subject: Subject) -> Words:
    return _at_desk(
        subject,
        gettext("A refund is in doubt"),
        gettext(
            "The gateway was asked to send it, its answer is missing, and the order is"
            " not found. It may be there all the same: nothing is sent again by itself."
        ),
        gettext(
            "Look for the order in the gateway's own console. If it is there, name it"
            " with %(command)s; if there is none, say so at the refund desk."
        )
        % {"command": _command("refunds settle")},
    )


def _audit_difference(subject: Subject) -> Words:
    if subject.data.get("is_over"):
        return _over(gettext("The audit finds no difference any more"), subject)
    lines = [keep_order(str(line)) for line in subject.data.get("differences", [])]
    more = len(lines) - MOST_LINES
    return _say(
        gettext("The audit found differences: %(count)s") % {"count": len(lines)},
        gettext("Gateway, books and shop do not agree. %(command)s shows all of it.")
        % {"command": _command("audit")},
        *lines[:MOST_LINES],
        gettext("and %(count)s more") % {"count": more} if more > 0 else "",
    )


def _gateway_trouble(subject: Subject) -> Words:
    if subject.data.get("is_over"):
        return _over(gettext("The payment gateway answers again"), subject)
    return _say(
        gettext("The payment gateway does not answer"),
        gettext(
            "No answer since %(since)s. Open payments stay open and are compared when"
            " it is back; new ones cannot be started."
        )
        % {"since": keep_order(subject.data["since"])},
        keep_order(str(subject.data.get("why", ""))),
    )


def _webhook_trouble(subject: Subject) -> Words:
    if subject.data.get("is_over"):
        return _over(gettext("The gateway's webhooks come again"), subject)
    return _say(
        gettext("The gateway's webhooks do not come"),
        gettext(
            "Polling finds coins that no webhook told of. Payments are found all the"
            " same, some minutes later."
        ),
        gettext("See that the gateway reaches the shop's address: %(command)s")
        % {"command": _command("check")},
    )


def _secret_trouble(subject: Subject) -> Words:
    data = subject.data
    if data.get("is_over"):
        return _over(gettext("Webhook secrets are in order again"), subject)
    headline = gettext("A webhook secret needs a look")
    if "refused" in data:
        return _say(
            headline,
            gettext(
                "Webhooks within two hours that were signed with none of the secrets in"
                " the settings: %(count)s"
            )
            % {"count": data["refused"]},
            gettext(
                "If payments are found late, the gateway's secret has changed: put the"
                " new one into “Webhook secrets”. Else somebody is trying the door:"
                " nothing of it was believed."
            ),
        )
    if "secret" in data:
        text = gettext(
            "Webhook secret no. %(number)s has signed nothing for %(days)s days, and"
            " another one has: take it out of “Webhook secrets”, so that nobody who"
            " finds it can use it."
        ) % {"number": data["secret"], "days": data["days"]}
        return _say(headline, text)
    return _say(headline, keep_order(str(data.get("why", ""))))


def _no_rate(subject: Subject) -> Words:
    pair = {"pair": subject.data.get("pair", "")}
    if subject.data.get("is_over"):
        return _over(gettext("There is a rate for %(pair)s again") % pair, subject)
    return _say(
        gettext("No rate for %(pair)s") % pair,
        keep_order(str(subject.data.get("why", ""))),
        gettext("Customers cannot pay with it until there is a rate again."),
    )


def _say(headline: str, *paragraphs: str) -> Words:
    return Words(headline, _paragraphs(*paragraphs))


def _over(headline: str, subject: Subject) -> Words:
    since = {"since": keep_order(subject.data["since"])}
    return _say(headline, gettext("It is over; it began at %(since)s.") % since)


def _at_desk(subject: Subject, headline: str, *paragraphs: str) -> Words:
    url = subject.refund.desk_url if subject.refund else ""
    action = gettext("Open the refund desk") if url else ""
    return Words(headline, _paragraphs(*paragraphs), action, url)


def _paragraphs(*texts: str) -> tuple[str, ...]:
    return tuple(filter(None, texts))


def _command(name: str) -> str:
    return keep_order(f"`manage.py cryptopay {name}`")


def _translated(text: str) -> str:
    """Return a sentence that was written down in English, where it is one of ours.

    Those are marked by `gettext_noop` where they are written down. Of what others have
    said no catalogue knows: it stays, in its own order.
    """
    said = translation.gettext(text) if text else ""
    return keep_order(text) if said == text else said


_STAFF_WORDS: Final[Mapping[MessageName, Callable[[Subject], Words]]] = (
    MappingProxyType(
        {
            MessageName.NEEDS_REVIEW: _needs_review,
            MessageName.REFUND_NEEDS_APPROVAL: _refund_needs_approval,
            MessageName.REFUND_FAILED: _refund_failed,
            MessageName.REFUND_IN_DOUBT: _refund_in_doubt,
            MessageName.AUDIT_DIFFERENCE: _audit_difference,
            MessageName.GATEWAY_TROUBLE: _gateway_trouble,
            MessageName.WEBHOOK_TROUBLE: _webhook_trouble,
            MessageName.SECRET_TROUBLE: _secret_trouble,
            MessageName.NO_RATE: _no_rate,
        }
    )
)
