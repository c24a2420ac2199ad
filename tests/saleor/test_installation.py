"""The wheel in a real Saleor: installed, migrated, checked and listed."""

from demo.services.saleor import VERIFY, RunningSaleor
from demo.services.staff import PLUGIN_ID

from .shell import Shell

IMPORTED_FROM = "import saleor_cryptopay; print(saleor_cryptopay.__file__)"
UNMET = """
from importlib.metadata import requires, version
from packaging.requirements import Requirement

needed = [Requirement(line) for line in requires("saleor-cryptopay")]
print([str(each) for each in needed if version(each.name) not in each.specifier])
"""


def test_saleor_imports_the_installed_wheel(shell: Shell) -> None:
    where = shell.run(IMPORTED_FROM).strip()

    assert where.endswith("/site-packages/saleor_cryptopay/__init__.py")


def test_all_that_the_wheel_needs_is_there(shell: Shell) -> None:
    assert shell.run(UNMET).strip() == "[]"


def test_checks_pass_and_migrations_are_complete_and_applied(
    shell: Shell,
) -> None:
    assert "No changes detected" in shell.run(VERIFY.read_text())


def test_the_dashboard_lists_the_plugin(saleor: RunningSaleor) -> None:
    query = "{ plugins(first: 100) { edges { node { id } } } }"

    plugins = saleor.graphql(query, token=saleor.staff_token())["plugins"]["edges"]

    assert PLUGIN_ID in [each["node"]["id"] for each in plugins]
