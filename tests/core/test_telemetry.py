"""Log lines about payments carry their fields; the source is read to see it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from saleor_cryptopay.core.telemetry import FIELDS, NO_TRACER, about

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "saleor_cryptopay"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}

# What a function handles when its log lines are about somebody's payment.
SUBJECTS = {
    "address", "delivery", "effect", "intent", "letter", "message", "opening",
    "payment", "payment_id", "refund", "refund_id", "report", "transfer", "withdrawal",
}  # fmt: skip

Call = tuple[str, ast.Call, set[str], dict[str, str]]


def log_calls(text: str, name: str = "") -> Iterator[Call]:
    """Yield each call of a logger: where, the call, the names its function knows."""
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        known = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        known |= {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and is_log(node.func):
                yield f"{name}:{node.lineno}", node, known, constants(text)


def is_log(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and isinstance(function.value, ast.Name)
        and function.value.id == "logger"
    )


def fields_of(call: ast.Call) -> dict[str, str]:
    """Return what `extra=about(…)` of a call says, as source text.

    A module's own function may stand before it, whose arguments may be an event.
    """
    extras = [row.value for row in call.keywords if row.arg == "extra"]
    for extra in extras:
        if isinstance(extra, ast.Call) and ast.unparse(extra.func) == "about":
            return {str(row.arg): ast.unparse(row.value) for row in extra.keywords}
        return {"event": ast.unparse(extra)}
    return {}


def names_codes(codes: set[str], event: str, values: dict[str, str]) -> bool:
    """Return whether an event's source text names codes, or constants that do."""
    words = re.findall(r"[\w.]+", event)
    return codes <= {values.get(word, word) for word in words}


def constants(text: str) -> dict[str, str]:
    """Return the texts that a module gives names of its own."""
    return dict(re.findall(r'^(\w+)(?:: Final)? = "([^"]*)"$', text, re.MULTILINE))


def complaints(calls: Iterator[Call]) -> list[str]:
    """Return what is wrong with log lines."""
    found = []
    for where, call, known, values in calls:
        fields = fields_of(call)
        said = " ".join(ast.unparse(argument) for argument in call.args)
        codes = set(re.findall(r"cryptopay\.[EW]\d+", said))
        if codes and not names_codes(codes, fields.get("event", ""), values):
            found.append(f"{where}: the code of the message is no field")
        if known & SUBJECTS and not fields:
            found.append(f"{where}: about a payment, without fields")
        if unknown := fields.keys() - FIELDS.keys():
            found.append(f"{where}: {unknown} are no fields")
    return found


def package_calls() -> Iterator[Call]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "sandbox" not in path.parts:
            text = path.read_text(encoding="utf-8")
            yield from log_calls(text, str(path.relative_to(PROJECT)))


def test_every_log_line_about_a_payment_has_its_fields() -> None:
    assert complaints(package_calls()) == []


def test_the_package_does_log() -> None:
    assert len(list(package_calls())) > 25


@pytest.mark.parametrize(
    "line",
    [
        'logger.warning("Payment %s", payment.pk)',
        'logger.error("cryptopay.E101: changed", extra=about(payment=payment.pk))',
        'logger.info("Seen", extra=about(person=payment.email))',
    ],
)
def test_a_line_without_its_fields_is_found(line: str) -> None:
    assert complaints(log_calls(f"def write(payment):\n    {line}\n"))


def test_what_is_empty_is_left_out_and_the_rest_is_text() -> None:
    assert about(payment=7, network="", refund=None) == {"payment": "7"}


def test_a_field_that_nobody_explains_is_refused() -> None:
    with pytest.raises(KeyError, match="email"):
        about(email="a@b.example")


def test_every_field_is_explained_to_operators() -> None:
    page = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", page, re.MULTILINE))
    assert {name: rows.get(name) for name in FIELDS} == dict(FIELDS)


def test_where_nobody_traces_a_span_does_nothing() -> None:
    with NO_TRACER.span("ledger", payment="p"):
        pass
