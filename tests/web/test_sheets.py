"""The comparison of pictures sees what a person would, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Page

from saleor_cryptopay.core.states import PaymentState
from tests.stand_ins import Stage

from .looking import SIZES
from .payment_looks import LOOKS, lay_out, open_look
from .sheets import (
    KEPT,
    LANGUAGES,
    VIEWS,
    Album,
    Picture,
    in_kept_form,
    looks_different,
    photograph,
)
from .test_refund_look import LOOKS as REFUND_LOOKS

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = {
    "a button is gone": "find('.actions .button').remove()",
    "a button is not to be seen": "find('.amount .copy').style.visibility = 'hidden'",
    "a button has another colour": "find('.actions .button').style.background = '#060'",
    "a warning has another ground": "find('.network').style.background = '#fff'",
    "a warning has other words' colour": "find('.badge').style.color = '#d33'",
    "a block has moved by four pixels": (
        "find('.network').style.transform = 'translateX(4px)'"
    ),
    "a block has sunk by four pixels": "find('.clock').style.marginTop = '4px'",
    "another sum": "find('#amount').textContent = '30.2'",
    "another rate in small print": (
        "find('.ask .fine bdi').textContent = '1 USDT = 0.97 USD'"
    ),
    "another code": "find('.code svg').style.transform = 'scaleX(-1)'",
    "from the other side": "document.documentElement.dir = 'rtl'",
    "a word more": "find('.state h1').append(' now')",
}


@pytest.fixture
def partly_paid(still_page: Page, stage: Stage, site_url: str) -> Page:
    """Give the page of a payment that a part is missing of."""
    look = PaymentState.PAYMENT_INSUFFICIENT
    open_look(look, lay_out(look, stage), still_page, site_url, "en")
    return still_page


@pytest.fixture
def album(tmp_path: Path) -> Album:
    """Give an album that is empty."""
    return Album(tmp_path / "kept", tmp_path / "found")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_a_person_sees_is_seen(change: str, partly_paid: Page) -> None:
    views = [("phone", "dark"), ("desk", "light")]
    kept = [in_kept_form(picture) for picture in photograph(partly_paid, views)]
    script = f"const find = one => document.querySelector(one); {CHANGES[change]};"
    partly_paid.evaluate(script)
    now = photograph(partly_paid, views)
    assert all(map(looks_different, kept, now))


def test_the_same_page_drawn_again_is_the_same(partly_paid: Page) -> None:
    kept = [in_kept_form(picture) for picture in photograph(partly_paid)]
    partly_paid.reload()
    assert not any(map(looks_different, kept, photograph(partly_paid)))


def softened(picture: Picture) -> Picture:
    """Return a picture with every edge a little softer, as another browser draws it."""
    image = Image.fromarray(picture)
    blurred = image.filter(ImageFilter.BoxBlur(1))
    return np.asarray(Image.blend(image, blurred, 0.2))


def test_softer_letters_are_no_difference(partly_paid: Page) -> None:
    pictures = photograph(partly_paid)
    kept = map(in_kept_form, pictures)
    assert not any(map(looks_different, kept, map(softened, pictures)))


def test_a_page_that_grew_or_shrank_is_different() -> None:
    short = np.full((100, 180, 3), 255, np.uint8)
    tall = np.full((110, 180, 3), 255, np.uint8)
    assert looks_different(short, tall)
    assert looks_different(tall, short)


def plain_rows(shade: int) -> dict[str, list[Picture]]:
    widths = [SIZES[size]["width"] // 2 for size, _ in VIEWS]
    row: list[Picture] = [np.full((40, wide, 3), shade, np.uint8) for wide in widths]
    return dict.fromkeys(LANGUAGES, row)


def test_a_failure_leaves_pictures_and_says_how_to_accept_them(album: Album) -> None:
    with pytest.raises(AssertionError, match="no picture is kept"):
        album.hold("one", plain_rows(200))
    replace(album, accepts=True).hold("one", plain_rows(200))
    album.hold("one", plain_rows(200))
    rows = plain_rows(200)
    rows["ar"] = [*rows["en"][:3], plain_rows(150)["en"][3]]
    with pytest.raises(AssertionError) as failed:
        album.hold("one", rows)
    words = str(failed.value)
    assert "one does not look as it did: ar desk dark." in words
    assert "make looks" in words
    for file in (
        album.kept / "one.webp",
        album.found / "one.png",
        album.found / "one-difference.png",
    ):
        assert str(file) in words
        assert file.exists()


def test_what_is_accepted_but_the_same_is_not_written_anew(album: Album) -> None:
    accepting = replace(album, accepts=True)
    accepting.hold("one", plain_rows(200))
    before = (album.kept / "one.webp").stat().st_mtime_ns
    accepting.hold("one", plain_rows(200))
    assert (album.kept / "one.webp").stat().st_mtime_ns == before


def test_each_kept_picture_is_of_a_look_and_they_are_small() -> None:
    names = {
        *(f"payment-{look}.webp" for look in LOOKS),
        *(f"refund-{look}.webp" for look in REFUND_LOOKS),
    }
    assert {file.name for file in KEPT.iterdir()} == names
    assert sum(file.stat().st_size for file in KEPT.iterdir()) < 3_000_000


@pytest.mark.parametrize(
    ("selector", "family"), [("h1", "Noto Sans"), ("#address span", "Roboto Mono")]
)
def test_words_are_drawn_in_the_fonts_of_the_tests(
    selector: str, family: str, partly_paid: Page
) -> None:
    session = partly_paid.context.new_cdp_session(partly_paid)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    asked = {"nodeId": root, "selector": selector}
    node = session.send("DOM.querySelector", asked)["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert [font["familyName"] for font in fonts] == [family]
