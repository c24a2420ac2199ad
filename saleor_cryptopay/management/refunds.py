"""`cryptopay refunds`: list and show refunds, ask for one, decide about one."""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper

from saleor_cryptopay.core.errors import AmountError, RefundError
from saleor_cryptopay.core.money import parse_decimal, parse_units
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations import outbox
from saleor_cryptopay.operations.refunds import approval
from saleor_cryptopay.operations.refunds.asking import (
    RefundRequest,
    ask_refund,
    find_other,
)
from saleor_cryptopay.operations.refunds.postings import describe
from saleor_cryptopay.operations.refunds.settling import settle_sent
from saleor_cryptopay.operations.refunds.showing import (
    RefundFigures,
    describe_refund,
    list_refunds,
)
from saleor_cryptopay.operations.runtime import Runtime

from .operators import operator
from .runtime import command_payouts, command_runtime

HELP: Final = "list refunds, ask for one, approve, decline or settle one"

SENT: Final = "sent"
NOT_SENT: Final = "not-sent"

Decision = Callable[[Refund, Mapping[str, Any], str, Runtime], Refund]

DECISIONS: Final[dict[str, tuple[str, Decision]]] = {
    "approve": (
        "agree to address and amount: the coins are sent",
        lambda refund, _, actor, runtime: approval.approve(
            refund.pk, actor, runtime, address=refund.address
        ),
    ),
    "decline": (
        "give it up",
        lambda refund, options, actor, runtime: approval.decline(
            refund.pk, options["reason"], actor, runtime
        ),
    ),
    "refuse-address": (
        "have the customer name another address",
        lambda refund, options, actor, runtime: approval.refuse_address(
            refund.pk, options["reason"], actor, runtime
        ),
    ),
    "try-again": (
        "send one once more that failed",
        lambda refund, _, actor, runtime: approval.try_again(refund.pk, actor, runtime),
    ),
    "ask-again": (
        "give the customer a new link",
        lambda refund, _, actor, runtime: approval.ask_again(refund.pk, actor, runtime),
    ),
}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare list, show, ask and the decisions."""
    actions = parser.add_subparsers(dest="action")
    listing = actions.add_parser("list", help="refunds (the default)")
    listing.add_argument("--state", choices=list(RefundState))
    show = actions.add_parser("show", help="one refund with its history")
    show.add_argument("id")
    ask = actions.add_parser("ask", help="give back coins that Saleor knows nothing of")
    ask.add_argument("payment", help="the payment's id")
    ask.add_argument("source", choices=Refund.Source.values)
    ask.add_argument("--asset", default="", help="which coins, as usdc@ethereum")
    ask.add_argument("--amount", default="", help="coins (money for paid); else all")
    ask.add_argument("--reason", default="")
    ask.add_argument("--key", default="", help="the same key makes one refund only")
    for name, (words, _) in DECISIONS.items():
        decision = actions.add_parser(name, help=words)
        decision.add_argument("id")
        decision.add_argument("--reason", default="", help="the customer reads it")

    settle = actions.add_parser("settle", help="say what became of one in doubt (E703)")
    settle.add_argument("id")
    settle.add_argument("found", choices=[SENT, NOT_SENT], help="at the gateway")
    settle.add_argument("--order", default="", help="sent: the gateway's id of it")
    settle.add_argument("--reason", default="", help="not-sent: how you know")


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Do what was asked; list where nothing was."""
    runtime = command_runtime()
    match options.get("action"):
        case "show":
            _show(_find(options["id"]), runtime, out)
        case "settle":
            _write(_settle(options, runtime), out)
        case "ask":
            _write(_ask(options, runtime), out)
        case "list" | None:
            state = options.get("state")
            for refund in list_refunds([RefundState(state)] if state else []):
                _write(refund, out)
        case name:
            decided = _decide(str(name), options, runtime)
            _write(decided, out)
            if name == "approve":
                out.write(f"goes to {decided.address}")
    return 0


def _ask(options: Mapping[str, Any], runtime: Runtime) -> Refund:
    payment = _find_payment(options["payment"])
    source = Refund.Source(options["source"])
    request = RefundRequest(
        key=options["key"] or f"command:{uuid4()}",
        source=source,
        actor=operator(),
        asset_key=options["asset"],
        reason=options["reason"],
    )
    try:
        refund = ask_refund(
            payment.pk, _with_amount(request, payment, options["amount"]), runtime
        )
    except (RefundError, AmountError) as error:
        raise CommandError(str(error)) from None
    outbox.deliver_effects(runtime)
    return refund


def _with_amount(request: RefundRequest, payment: Payment, text: str) -> RefundRequest:
    """Return the request for so much: money for paid coins, else coins."""
    if not text:
        return request
    if request.source == Refund.Source.PAID:
        return request.of_amount(parse_decimal(text))
    asset = find_other(payment, request).asset
    return request.of_units(parse_units(text, asset.decimals))


def _decide(name: str, options: Mapping[str, Any], runtime: Runtime) -> Refund:
    refund = _find(options["id"])
    try:
        decided = DECISIONS[name][1](refund, options, operator(), runtime)
    except RefundError as error:
        raise CommandError(str(error)) from None
    outbox.deliver_effects(runtime)
    return decided


def _settle(options: Mapping[str, Any], runtime: Runtime) -> Refund:
    refund, actor = _find(options["id"]), operator()
    try:
        if options["found"] == NOT_SENT:
            reason = options["reason"]
            return approval.settle_not_sent(refund.pk, reason, actor, runtime)
        if not options["order"]:
            raise CommandError("Name the gateway's order with --order.")
        payouts = command_payouts()
        if payouts is None:
            raise CommandError("There is no key for refunds to look the order up with.")
        return settle_sent(refund.pk, options["order"], actor, runtime, payouts)
    except RefundError as error:
        raise CommandError(str(error)) from None


def _write(refund: Refund, out: OutputWrapper) -> None:
    coins = describe(refund)
    out.write(f"{refund.pk}  {refund.state:<14}  {coins}  payment {refund.payment_id}")


def _show(refund: Refund, runtime: Runtime, out: OutputWrapper) -> None:
    figures = describe_refund(refund, runtime)
    for name, value in _rows(refund, figures):
        out.write(f"{name:<10} {value}\n")
    out.write("\n")
    out.writelines(
        f"{step.at:%Y-%m-%d %H:%M:%S}  {step.event:<16}  {step.actor}  {step.note}\n"
        for step in figures.steps
    )


def _rows(refund: Refund, figures: RefundFigures) -> list[tuple[str, str]]:
    money = f"{figures.amount} {figures.currency}" if figures.amount else "none"
    return [
        ("refund", str(refund.pk)),
        ("payment", f"{refund.payment_id} ({refund.payment.reference})"),
        ("state", figures.state),
        ("coins", f"{figures.coins} {figures.asset.key}, of what was {figures.source}"),
        ("fee", f"{figures.fee_coins} taken off; the gateway's: {figures.gateway_fee}"),
        ("money", f"{money}, at {figures.rate or 'the payment'}"),
        ("address", figures.address),
        ("order", refund.gateway_id),
        ("hash", figures.explorer_url or figures.hash),
        ("link", f"{figures.url} until {figures.expires_at:%Y-%m-%d %H:%M} UTC"),
        ("reason", figures.reason),
    ]


def _find(text: str) -> Refund:
    try:
        refund = Refund.objects.select_related("payment").filter(pk=text).first()
    except ValidationError:
        refund = None
    if refund is None:
        raise CommandError(f"There is no refund {text}.")
    return refund


def _find_payment(text: str) -> Payment:
    try:
        payment = Payment.objects.filter(pk=text).first()
    except ValidationError:
        payment = None
    if payment is None:
        raise CommandError(f"There is no payment {text}.")
    return payment
