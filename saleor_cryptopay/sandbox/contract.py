"""The door of /api/v1: keys, limits, faults and the form of every reply.

What lies behind the door is in `resources` (addresses, transactions, coins, networks)
and `payouts` (withdrawals and registrations).
"""

import hmac
import time
from datetime import UTC, datetime
from typing import Any

from .dialect import Shape, written_time
from .faults import ON_AUTH, ON_THE_DOOR, FaultKind, instead, spoilt
from .identifiers import fresh_id
from .limits import Allowance
from .payouts import Payouts
from .resources import Resources
from .routing import Answer, RefusalError, Reply, Request, Routes, written
from .world import World

PREFIX = "/api/v1"

_PERMISSIONS = [
    "addresses:read",
    "addresses:create",
    "transactions:read",
    "withdrawals:create",
    "withdrawals:read",
    "webhooks:read",
    "webhooks:create",
]


class Contract:
    """Answers requests as the gateway does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._allowance: Allowance | None = None
        self._routes = Routes(PREFIX)
        self._routes.add("GET", "/auth/test", self._auth_test)
        Resources(world).join(self._routes)
        Payouts(world).join(self._routes)

    def answer(self, request: Request) -> Answer:
        """Answer one request; never raises."""
        with self._world.lock:
            fault = self._world.faults.take(ON_THE_DOOR, request.method)
            wait = self._world.faults.seconds
        if fault is FaultKind.SLOW:
            time.sleep(wait)
        with self._world.lock:
            return self._answer(request, fault)

    def _answer(self, request: Request, fault: FaultKind) -> Answer:
        self._allowance = None
        try:
            if (stand_in := instead(fault)) is not None:
                return stand_in
            self._check_key(request)
            self._check_limits()
            reply = self._routes.answer(request)
        except RefusalError as refusal:
            return self._refusal(refusal)
        data = self._dressed(reply)
        answer = Answer(reply.status, written(data), headers=self._headers())
        return spoilt(fault, answer, data)

    def _check_key(self, request: Request) -> None:
        key = request.headers.get("x-api-key", "")
        if not hmac.compare_digest(key.encode(), self._world.settings.key.encode()):
            raise RefusalError(
                401,
                "INVALID_API_KEY",
                "The provided API key is invalid",
                {"key_prefix": key[:8] + "****"},
            )

    def _check_limits(self) -> None:
        self._allowance = allowance = self._world.limits.count()
        if allowance.is_exceeded:
            details = {
                "limit": allowance.limit,
                "window": allowance.window,
                "reset_at": _reset_time(allowance),
            }
            raise RefusalError(
                429, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded", details
            )

    def _auth_test(self, request: Request) -> Reply:
        world = self._world
        data: dict[str, Any] = {
            "authenticated": True,
            "key_id": "key_sandbox",
            "permissions": _PERMISSIONS,
        }
        # One page shows the limits, another the environment.
        if world.dialect.shape is not Shape.GUIDE and self._allowance:
            data["rate_limits"] = {
                "remaining": self._allowance.remaining,
                "reset_at": _reset_time(self._allowance),
            }
        environment = world.settings.environment
        fault = world.faults.take(ON_AUTH, request.method)
        if fault is FaultKind.WRONG_ENVIRONMENT:
            data["environment"] = "live" if environment == "test" else "test"
        elif world.dialect.shape is not Shape.API:
            data["environment"] = environment
        return Reply(data)

    def _dressed(self, reply: Reply) -> Any:
        if not self._world.dialect.wrapped:
            return reply.data
        page = {"pagination": reply.page} if reply.page else {}
        return {"success": True, "data": reply.data, **page}

    def _refusal(self, refusal: RefusalError) -> Answer:
        error = {
            "code": refusal.code,
            "message": refusal.message,
            "details": refusal.details,
            "request_id": fresh_id("req"),
        }
        body: dict[str, Any] = {"error": error}
        if refusal.status < 400:  # noqa: PLR2004 - the first of HTTP's errors
            body = {"success": False, "error": error}
        return Answer(refusal.status, written(body), headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return self._allowance.headers() if self._allowance else {}


def _reset_time(allowance: Allowance) -> str | None:
    return written_time(datetime.fromtimestamp(allowance.reset, UTC))
