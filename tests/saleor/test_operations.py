"""Each Saleor understands the calls that the documentation gives to storefronts."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from demo.services.installs import SaleorInstall

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "storefront"
EMBEDDED = re.compile(r"/\* GraphQL \*/ `([^`]*)`")


def calls_of(name: str) -> str:
    """Return the GraphQL in a file of the documentation."""
    text = (DOCUMENTATION / name).read_text(encoding="utf-8")
    return text if name.endswith(".graphql") else "\n".join(EMBEDDED.findall(text))


@pytest.mark.parametrize("name", ["operations.graphql", "plain.html", "react.md"])
def test_saleor_understands_every_call_of_a_storefront(
    name: str, install: SaleorInstall
) -> None:
    source = install.src / "saleor" / "graphql" / "schema.graphql"
    schema = build_schema(source.read_text(encoding="utf-8"))
    faults = validate(schema, parse(calls_of(name)))
    assert [fault.message for fault in faults] == []
