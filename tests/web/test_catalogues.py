"""Every language says everything that pages and mails say, and the two files agree."""

import re

import pytest
from babel.messages.mofile import read_mo

from .catalogues import (
    TRANSLATED,
    catalogue_path,
    read_catalogue,
    said_messages,
)

PLACEHOLDERS = re.compile(r"%\(\w+\)s|</?\w+>")


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_translated_and_no_other(code: str) -> None:
    known = {str(row.id): row.string for row in read_catalogue(code) if row.id}
    assert set(known) == said_messages(), "run: python -m tests.web.catalogues"
    assert [message for message, text in known.items() if not text] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_placeholders_and_tags(code: str) -> None:
    for row in read_catalogue(code):
        if row.id:
            texts = (str(row.id), str(row.string))
            said, told = (set(PLACEHOLDERS.findall(text)) for text in texts)
            assert said == told, row.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_is_read_is_what_was_written(code: str) -> None:
    with catalogue_path(code).with_suffix(".mo").open("rb") as file:
        compiled = {row.id: row.string for row in read_mo(file) if row.id}
    assert compiled == {row.id: row.string for row in read_catalogue(code) if row.id}
