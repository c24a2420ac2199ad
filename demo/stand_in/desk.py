"""The stand-in's staff: one person, who logs in as Saleor's staff do.

`tokenCreate` and `tokenRefresh` are answered in Saleor's own form, so that the refund
desk's page works here as it does there.
"""

import json
from datetime import timedelta
from typing import Any, Final

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

EMAIL: Final = "staff@shop.example"
PASSWORD: Final = "tea and cups"  # noqa: S105 - of a shop on the loopback
STAFF: Final = "VXNlcjox"

# As Saleor has them.
ACCESS_LIFE: Final = timedelta(minutes=5)
REFRESH_LIFE: Final = timedelta(days=30)


class StandInDesk:
    """Implements `operations.ports.Desk` for one member of staff.

    Attributes:
        access_salt: another one makes all access tokens that are out invalid.
    """

    access_salt = "access"

    def identify(self, bearer_token: str) -> str | None:
        """Return the id of the member of staff; None for any other token."""
        return STAFF if _holds(bearer_token, self.access_salt, ACCESS_LIFE) else None

    def log_in(self) -> dict[str, str]:
        """Return an access token and one to refresh it with."""
        return {"token": self.give_token(), "refreshToken": _token("refresh")}

    def give_token(self) -> str:
        """Return an access token."""
        return _token(self.access_salt)


@require_POST
def answer_login(request: HttpRequest, desk: StandInDesk) -> HttpResponse:
    """Answer the two mutations of Saleor's that log staff in."""
    sent = json.loads(request.body)
    name = "tokenRefresh" if "tokenRefresh" in sent["query"] else "tokenCreate"
    return JsonResponse({"data": {name: _answer(name, sent["variables"], desk)}})


def _answer(name: str, given: dict[str, str], desk: StandInDesk) -> dict[str, Any]:
    if name == "tokenRefresh":
        if _holds(given["token"], "refresh", REFRESH_LIFE):
            return {"token": desk.give_token(), "errors": []}
        return {"token": None, "errors": [{"message": "Signature has expired"}]}
    if (given["email"], given["password"]) == (EMAIL, PASSWORD):
        return {**desk.log_in(), "errors": []}
    errors = [{"message": "Please, enter valid credentials"}]
    return {"token": None, "refreshToken": None, "errors": errors}


def _token(salt: str) -> str:
    return signing.dumps(STAFF, salt=salt)


def _holds(token: str, salt: str, life: timedelta) -> bool:
    try:
        return bool(signing.loads(token, salt=salt, max_age=life) == STAFF)
    except signing.BadSignature:
        return False
