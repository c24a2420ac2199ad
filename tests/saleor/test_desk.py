"""Who may work at the refund desk, asked of a real Saleor."""

import httpx
import pytest
from playwright.sync_api import Browser, expect

from demo.services.saleor import EMAIL, PASSWORD, RunningSaleor
from demo.services.staff import PLUGIN_ID

from .shell import Shell

pytestmark = pytest.mark.usefixtures("plugin")

# A member of staff with or without the permission, and a token of theirs.
STAFF_TOKEN = """
import uuid
from datetime import timedelta
from saleor.account.models import Group, User
from saleor.core.jwt import jwt_encode, jwt_user_payload
from saleor.permission.models import Permission
name = str(uuid.uuid4())
user = User(email=f"{name}@example.com", is_staff=is_staff, is_active=is_active)
user.save()
group = Group.objects.create(name=name, restricted_access_to_channels=False)
group.permissions.set(Permission.objects.filter(codename=permission))
user.groups.add(group)
payload = jwt_user_payload(user, kind, timedelta(seconds=seconds))
print(jwt_encode(payload))
"""
APP_TOKEN = """
import uuid
from saleor.app.models import App
from saleor.permission.models import Permission
app = App.objects.create(name=str(uuid.uuid4()), is_active=is_active)
app.permissions.set(Permission.objects.filter(codename=permission))
print(app.tokens.create(app=app)[1])
"""
APP_FOR_USER = """
import uuid
from saleor.account.models import User
from saleor.app.models import App
from saleor.core.jwt import create_access_token_for_app
from saleor.permission.models import Permission
app = App.objects.create(name=str(uuid.uuid4()), is_active=True)
app.permissions.set(Permission.objects.filter(codename=permission))
print(create_access_token_for_app(app, User.objects.get(email=email)))
"""
DEACTIVATE = """
from saleor.account.models import User
from saleor.core.jwt import jwt_decode
User.objects.filter(email=jwt_decode(token)["email"]).update(jwt_token_key="another")
"""


def desk_url(saleor: RunningSaleor) -> str:
    return f"{saleor.url}/plugins/global/{PLUGIN_ID}/desk/refunds/"


def answers(saleor: RunningSaleor, token: str) -> int:
    """Return the status that the desk's list answers to a token."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{desk_url(saleor)}list/", headers=headers, timeout=30)
    assert ("refunds" in answer.json()) is (answer.status_code == 200)
    return answer.status_code


def staff_token(  # noqa: PLR0913 - what a token may say
    shell: Shell,
    *,
    permission: str = "handle_payments",
    is_staff: bool = True,
    is_active: bool = True,
    kind: str = "access",
    seconds: int = 60,
) -> str:
    return shell.run(
        STAFF_TOKEN,
        permission=permission,
        is_staff=is_staff,
        is_active=is_active,
        kind=kind,
        seconds=seconds,
    ).strip()


def test_staff_who_may_handle_payments_are_let_in(
    saleor: RunningSaleor, shell: Shell
) -> None:
    assert answers(saleor, saleor.staff_token()) == 200
    assert answers(saleor, staff_token(shell)) == 200


def test_nobody_else_is(saleor: RunningSaleor, shell: Shell) -> None:
    good = staff_token(shell)
    head, claims, signature = good.split(".")
    others = {
        "another permission": staff_token(shell, permission="manage_orders"),
        "a customer": staff_token(shell, is_staff=False),
        "somebody who left": staff_token(shell, is_active=False),
        "a token to refresh with": staff_token(shell, kind="refresh"),
        "an expired token": staff_token(shell, seconds=-1),
        "a forged signature": f"{head}.{claims}.{signature[::-1]}",
        "no signature": f"{head}.{claims}.",
        "no token": "x" * 30,
    }
    found = {who: answers(saleor, token) for who, token in others.items()}
    assert found == dict.fromkeys(others, 401)
    assert answers(saleor, good) == 200


def test_a_login_that_was_withdrawn_is_over(
    saleor: RunningSaleor, shell: Shell
) -> None:
    token = staff_token(shell)
    assert answers(saleor, token) == 200
    shell.run(DEACTIVATE, token=token)
    assert answers(saleor, token) == 401


def test_an_app_is_let_in_by_its_own_permission(
    saleor: RunningSaleor, shell: Shell
) -> None:
    def token(permission: str, *, is_active: bool = True) -> str:
        values = {"permission": permission, "is_active": is_active}
        return shell.run(APP_TOKEN, **values).strip()

    assert answers(saleor, token("handle_payments")) == 200
    assert answers(saleor, token("manage_orders")) == 401
    assert answers(saleor, token("handle_payments", is_active=False)) == 401


def test_an_app_that_acts_for_a_superuser_has_no_more_than_its_own_permissions(
    saleor: RunningSaleor, shell: Shell
) -> None:
    def token(permission: str) -> str:
        return shell.run(APP_FOR_USER, permission=permission, email=EMAIL).strip()

    assert answers(saleor, token("handle_payments")) == 200
    assert answers(saleor, token("manage_orders")) == 401
    assert answers(saleor, token("no_permission_at_all")) == 401


def test_without_a_token_there_is_nothing_to_see(saleor: RunningSaleor) -> None:
    page = httpx.get(desk_url(saleor), timeout=30)
    assert page.status_code == 200
    assert "Refunds: log in" in page.text
    assert httpx.get(f"{desk_url(saleor)}list/", timeout=30).status_code == 401


def test_staff_log_in_with_the_account_of_the_dashboard(
    saleor: RunningSaleor, browser: Browser
) -> None:
    # No wrong password is tried: Saleor then keeps the address out for a while, and
    # with it the other tests.
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(desk_url(saleor))
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Refunds", exact=True)).to_be_focused(
            timeout=60_000
        )
        page.get_by_role("button", name="Underway").click()
        expect(page.get_by_role("button", name="Underway")).to_have_attribute(
            "aria-pressed", "true"
        )
        expect(page.get_by_role("alert")).to_be_hidden()
