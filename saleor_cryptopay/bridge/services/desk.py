"""Who may work at the refund desk: Saleor's own tokens, users, apps and permissions.

Nothing is judged here that Saleor judges itself: signature, age, a login that was
revoked, a password that is no longer enough (Saleor 3.24), and logins of plugins
(OpenID Connect) are asked of its own backends.
"""

from typing import Any, Final

import graphene
import jwt
from django.contrib.auth import authenticate
from django.http import HttpRequest
from saleor.core.auth import SALEOR_AUTH_HEADER
from saleor.core.db.connection import allow_writer
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.permission.enums import PaymentPermissions

PERMISSION: Final = PaymentPermissions.HANDLE_PAYMENTS


class SaleorDesk:
    """Implements `operations.ports.Desk`."""

    @allow_writer()
    def identify(self, bearer_token: str) -> str | None:
        """Return the Saleor id of whoever holds the token and may handle payments."""
        request: Any = HttpRequest()
        request.META[SALEOR_AUTH_HEADER] = bearer_token
        request.dataloaders = {}
        request.allow_replica = False
        return _find_app(request) or _find_user(request)


def _find_app(request: Any) -> str | None:
    app = get_app_promise(request).get()
    if app is None or not app.is_active or not app.has_perm(PERMISSION):
        return None
    return str(graphene.Node.to_global_id("App", app.pk))


def _find_user(request: Any) -> str | None:
    try:
        user: Any = authenticate(request=request)
    except jwt.PyJWTError:
        return None
    if user is None or not user.is_active or not user.is_staff:
        return None
    # The token's own permissions, where an app acts for a user: those of a superuser
    # would say yes to everything.
    granted = user.effective_permissions.filter(
        codename=PERMISSION.codename,
        content_type__app_label=PERMISSION.value.partition(".")[0],
    )
    return (
        str(graphene.Node.to_global_id("User", user.pk)) if granted.exists() else None
    )
