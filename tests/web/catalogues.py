"""The catalogues of our languages: kept in step with what the code says.

`python -m tests.web.catalogues` adds new messages, drops old ones and compiles all.
Everything is read and written by Babel: no gettext programs are needed.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from saleor_cryptopay.core.languages import LANGUAGES

PACKAGE: Final = Path(__file__).parents[2] / "saleor_cryptopay"
TRANSLATED: Final = [code for code in LANGUAGES if code != "en"]
HEADER: Final = "# What pages and mails say. MIT, as the package."

WRITTEN: Final = datetime(2026, 1, 1, tzinfo=UTC)

_TAG_TEXT: Final = re.compile(
    r"""\b(?:_|gettext)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
)


def catalogue_path(code: str) -> Path:
    """Return where a language's catalogue is; Django spells `zh-hans` `zh_Hans`."""
    main, _, script = code.partition("-")
    folder = f"{main}_{script.title()}" if script else main
    return PACKAGE / "locale" / folder / "LC_MESSAGES" / "django.po"


def said_messages() -> set[str]:
    """Return every message that code and templates have translated, or mark for it."""
    return {*_of_code(), *_of_templates()}


def _of_code() -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in {"gettext", "gettext_lazy", "gettext_noop"}:
                yield ast.literal_eval(node.args[0])


def _of_templates() -> Iterator[str]:
    for path in sorted((PACKAGE / "templates").rglob("*.html")):
        source = templatize(path.read_text(encoding="utf-8"))
        for text in _TAG_TEXT.findall(source):
            yield ast.literal_eval(text)


def read_catalogue(code: str) -> Catalog:
    """Read a language's catalogue; an empty one if there is none yet."""
    path = catalogue_path(code)
    if not path.exists():
        return Catalog(locale=code.replace("-", "_"), charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code.replace("-", "_"))


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update(code: str) -> list[str]:
    """Bring a language's files up to date; return what still needs a translation."""
    path, known, messages = catalogue_path(code), read_catalogue(code), said_messages()
    catalogue = Catalog(
        locale=known.locale,
        project="saleor-cryptopay",
        version="1",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        charset="utf-8",
        header_comment=HEADER,
        # The history is git's: the same messages give the same bytes.
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        fuzzy=False,
    )
    for message in sorted(messages):
        found = known.get(message)
        flags = ["python-format"] if "%(" in message else []
        catalogue.add(message, found.string if found else "", flags=flags)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, omit_header=False, width=88)
    path.with_suffix(".mo").write_bytes(compiled(catalogue))
    return [
        str(message.id) for message in catalogue if message.id and not message.string
    ]


if __name__ == "__main__":
    for language in TRANSLATED:
        for text in update(language):
            print(f"{language}: no words for “{text}”")  # noqa: T201 - for who ran it
