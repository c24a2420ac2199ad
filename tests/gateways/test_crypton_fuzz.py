"""Whatever a webhook holds, it is a fact or malformed, and never anything else."""

import json
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from saleor_cryptopay.core.errors import MalformedError
from saleor_cryptopay.core.events import GatewayEvent
from saleor_cryptopay.gateways.crypton.webhooks import EVENTS

from .test_crypton_parse import ADDRESS, GATEWAY, HASH, RECORDED, changed, recorded

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([*EVENTS, HASH, ADDRESS, "ethereum", "usdt", "confirmed", "1.5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
DATA = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (
            *("id", "hash", "status", "network", "coin", "amount", "address"),
            *("address_id", "confirmations", "metadata", "created_at", "type"),
        ),
        JSON,
    ),
)


def is_fact_or_malformed(body: bytes) -> bool:
    try:
        return isinstance(GATEWAY.parse(body), get_args(GatewayEvent))
    except MalformedError:
        return True


@given(st.binary(max_size=300))
def test_any_bytes_are_a_fact_or_malformed(body: bytes) -> None:
    assert is_fact_or_malformed(body)


@given(st.sampled_from(EVENTS) | JSON, DATA | JSON)
def test_any_envelope_is_a_fact_or_malformed(kind: object, data: object) -> None:
    body = json.dumps({"event": kind, "data": data}).encode()
    assert is_fact_or_malformed(body)


@given(st.sampled_from(sorted(RECORDED)), st.data())
def test_any_changed_member_is_a_fact_or_malformed(
    name: str, data: st.DataObject
) -> None:
    members = sorted(json.loads(recorded(name))["data"])
    changes = {data.draw(st.sampled_from(members)): data.draw(JSON)}
    assert is_fact_or_malformed(changed(name, **changes))
