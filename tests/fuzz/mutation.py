"""Making inputs: recorded ones bent, cut and spliced, and pure noise."""

import json
import random
from typing import Any

WORDS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 10**400, 1.5, 1e308, "", "0", "-1", "1e5"),
    *("NaN", "\x00", "\ud800", "٣", "../x", "'; --", "x" * 300, [], {}, [[[]]]),
    *("confirmed", "ethereum", "usdt", "0x" + "ab" * 32, "2026-02-31T25:00:00Z"),
)
BYTES = (
    b"\x00",
    b"\xff\xfe",
    b"{" * 40,
    b'"',
    b"[",
    b"NaN",
    b"\\ud800",
    b"1e999999999",
)


class Mutator:
    """Bends inputs; the same seed bends them the same way."""

    def __init__(self, seed: int, recorded: list[bytes]) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.recorded = recorded

    def next(self) -> bytes:
        """Return one input more."""
        body = self.random.choice(self.recorded)
        way = self.random.randrange(4)
        if way == 0:
            return self.random.randbytes(self.random.randrange(200))
        if way == 1:
            return self._cut(body)
        return self._bend(body)

    def _cut(self, body: bytes) -> bytes:
        for _ in range(self.random.randint(1, 4)):
            start = self.random.randrange(len(body) + 1)
            end = min(len(body), start + self.random.randrange(8))
            body = body[:start] + self.random.choice(BYTES) + body[end:]
        return body

    def _bend(self, body: bytes) -> bytes:
        value = json.loads(body)
        for _ in range(self.random.randint(1, 3)):
            self._bend_one(value)
        return json.dumps(value).encode()

    def _bend_one(self, value: Any) -> None:
        while isinstance(value, dict) and value:
            key = self.random.choice(sorted(value))
            if isinstance(value[key], dict) and self.random.random() < 0.7:
                value = value[key]
                continue
            value[key] = self.random.choice(WORDS)
            return
