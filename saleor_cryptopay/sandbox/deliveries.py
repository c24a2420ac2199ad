"""Sending webhooks: signatures, attempts, retries, and what can go wrong on the way."""

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

import httpx

from .agenda import Agenda
from .identifiers import fresh_id, now

RETRIES: Final = 5
AT_ONCE: Final = 10
_ANSWER_WITHIN_SECONDS: Final = 30.0
_KEPT: Final = 2_000


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"  # to be sent, or on its way
    HELD = "held"  # kept back until released
    DROPPED = "dropped"  # lost on purpose: never sent
    DELIVERED = "delivered"  # answered 2xx
    RETRYING = "retrying"  # not answered 2xx, will be tried again
    GIVEN_UP = "given_up"  # not answered 2xx, and that was the last try


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the answer's status, or why there was none."""

    at: datetime
    status: int | None
    error: str
    milliseconds: int

    @property
    def is_answered(self) -> bool:
        """Whether the receiver has taken the webhook."""
        return self.status is not None and httpx.codes.is_success(self.status)


@dataclass(slots=True)
class Delivery:
    """One body on its way to one URL."""

    event: str
    url: str
    body: bytes
    signature: str
    state: DeliveryState = DeliveryState.WAITING
    attempts: list[Attempt] = field(default_factory=list)
    retries: int = 0
    id: str = field(default_factory=lambda: fresh_id("dl"))
    created_at: datetime = field(default_factory=now)


@dataclass(slots=True)
class Weather:
    """What is done to deliveries on their way.

    Attributes:
        drop_all: every one is lost, retries and all.
        drop_next: how many more are lost.
        delay_seconds: how late the first attempt comes.
        repeat: how often each is sent, at once.
        reorder: whether they are held, to be released last one first.
        forge: whether they are signed with a secret nobody knows.
        time_scale: factor on the time between retries.
    """

    drop_all: bool = False
    drop_next: int = 0
    delay_seconds: float = 0.0
    repeat: int = 1
    reorder: bool = False
    forge: bool = False
    time_scale: float = 1.0

    def drops(self) -> bool:
        """Whether the next delivery is lost; counts it."""
        if self.drop_next > 0:
            self.drop_next -= 1
            return True
        return self.drop_all


def sign(secret: str, body: bytes) -> str:
    """Return the signature header's value for exactly these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Post:
    """Sends deliveries, ten at once, and keeps the log."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self.weather = Weather()
        self.log: deque[Delivery] = deque(maxlen=_KEPT)
        self._held: list[Delivery] = []
        limits = httpx.Limits(max_connections=AT_ONCE)
        self._client = httpx.Client(
            timeout=_ANSWER_WITHIN_SECONDS, limits=limits, trust_env=False
        )
        self._agenda: Agenda[Sequence[Delivery]] = Agenda(self._send, AT_ONCE)

    def send(self, event: str, body: bytes, urls: Iterable[str]) -> None:
        """Have the body sent to each URL, as the weather allows."""
        for url in urls:
            if self.weather.drops():
                self._new(event, url, body).state = DeliveryState.DROPPED
                continue
            for _ in range(self.weather.repeat):
                self._dispatch(self._new(event, url, body))

    def release(self) -> int:
        """Send what is held, last one first, one after the other; return how many."""
        batch, self._held = self._held[::-1], []
        for delivery in batch:
            delivery.state = DeliveryState.WAITING
        if batch:
            self._agenda.add(batch)
        return len(batch)

    def resend(self, delivery: Delivery) -> None:
        """Send a delivery's same bytes once more, whatever the weather."""
        if delivery in self._held:
            self._held.remove(delivery)
        delivery.state, delivery.retries = DeliveryState.WAITING, 0
        self._agenda.add([delivery])

    def reset(self) -> None:
        """Forget every delivery and clear the weather."""
        self._agenda.clear()
        self._held.clear()
        self.log.clear()
        self.weather = Weather()

    def close(self) -> None:
        """Stop sending; what is on its way is not waited for."""
        self._agenda.close()

    def _new(self, event: str, url: str, body: bytes) -> Delivery:
        secret = "forged-" + self._secret if self.weather.forge else self._secret
        delivery = Delivery(event, url, body, sign(secret, body))
        self.log.append(delivery)
        return delivery

    def _dispatch(self, delivery: Delivery) -> None:
        if self.weather.reorder:
            delivery.state = DeliveryState.HELD
            self._held.append(delivery)
        else:
            self._agenda.add([delivery], self.weather.delay_seconds)

    def _send(self, batch: Sequence[Delivery]) -> None:
        for delivery in batch:
            attempt = self._attempt(delivery)
            delivery.attempts.append(attempt)
            if attempt.is_answered:
                delivery.state = DeliveryState.DELIVERED
            elif delivery.retries >= RETRIES:
                delivery.state = DeliveryState.GIVEN_UP
            else:
                delivery.state = DeliveryState.RETRYING
                pause = 2**delivery.retries * self.weather.time_scale
                delivery.retries += 1
                self._agenda.add([delivery], pause)

    def _attempt(self, delivery: Delivery) -> Attempt:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "CryptoPaymentGateway-Sandbox",
            "X-Gateway-Signature": delivery.signature,
        }
        began, clock = now(), time.monotonic()
        status, error = None, ""
        try:
            status = self._client.post(
                delivery.url, content=delivery.body, headers=headers
            ).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            error = f"{type(failure).__name__}: {failure}"
        return Attempt(began, status, error, round((time.monotonic() - clock) * 1000))
