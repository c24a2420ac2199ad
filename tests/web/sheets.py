"""Kept pictures of pages: how one is taken, kept small, and compared with the page now.

A sheet holds one look from every side: a row for each language, in it the phone and the
desk, light and dark. It is kept at half the size and with few shades, as lossless WebP.
What it is compared with has neither: the rules below leave room for the difference.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from .looking import SCHEMES, SIZES

Picture: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Wide: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int16]]
Blocks: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

KEPT: Final = Path(__file__).parent / "looks"
FOUND: Final = Path(__file__).parents[2] / "build" / "looks"

LANGUAGES: Final = ("en", "ar")
VIEWS: Final = tuple((size, scheme) for size in SIZES for scheme in SCHEMES)

_HALF: Final = 2
# Two pixels of a sheet, four of the screen: the edges of a letter stay within.
_BLOCK: Final = 2
# Colours that are kept exactly, the commonest first; the others to 17 levels in 255.
_EXACT: Final = 32
_STEP: Final = 17
# A block differs if its mean does by so much, of 255; so many of them are a difference.
_LIMIT: Final = 24
_BLOCKS: Final = 4
# On even ground, where no letter is, less is seen: but not what the shades leave out.
_EVEN_LIMIT: Final = 9
_EVEN_BLOCKS: Final = 16
# Of no page: what is left of a row below a picture.
_FILLER: Final = 119


def photograph(page: Page, views: Sequence[tuple[str, str]] = VIEWS) -> list[Picture]:
    """Return what a page looks like from some of `VIEWS`, at half the size."""
    return [_shot(page, *view) for view in views]


def _shot(page: Page, size: str, scheme: str) -> Picture:
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    shot = page.screenshot(full_page=True, animations="disabled", caret="hide")
    with Image.open(io.BytesIO(shot)) as image:
        return np.asarray(image.convert("RGB").reduce(_HALF))


@dataclass(frozen=True, slots=True)
class Album:
    """A folder of kept pictures, and what is done where a page is not like its own.

    Attributes:
        kept: where the sheets are, `NAME.webp`.
        found: where a page that differs is left for people to look at.
        accepts: whether it is kept instead, as what the page looks like from now on.
    """

    kept: Path = KEPT
    found: Path = FOUND
    accepts: bool = False

    def hold(self, name: str, rows: Mapping[str, Sequence[Picture]]) -> None:
        """Assert that a look is the kept one.

        Args:
            name: of the look.
            rows: for each language what `photograph` returned.
        """
        pictures = [picture for language in LANGUAGES for picture in rows[language]]
        file = self.kept / f"{name}.webp"
        kept = list(_read(file)) if file.exists() else []
        differing = _differing(kept, pictures) if kept else ["no picture is kept"]
        if not differing:
            return
        if self.accepts:
            _write(in_kept_form(_sheet(pictures)), file)
            return
        now, marked = self.found / f"{name}.png", self.found / f"{name}-difference.png"
        _write(_sheet(pictures), now)
        _write(_sheet(list(map(_mark, kept or pictures, pictures))), marked)
        raise AssertionError(
            f"{name} does not look as it did: {'; '.join(differing)}.\n"
            f"Kept: {file}\nNow: {now}\nDifference, in red: {marked}\n"
            "If it is meant to look so: make looks"
        )


def _differing(kept: Sequence[Picture], pictures: Sequence[Picture]) -> list[str]:
    views = [(language, *view) for language in LANGUAGES for view in VIEWS]
    return [
        " ".join(view)
        for view, one, other in zip(views, kept, pictures, strict=True)
        if looks_different(one, other)
    ]


def looks_different(kept: Picture, picture: Picture) -> bool:
    """Return whether a person would see it: something gone, moved, of another colour.

    The edges of letters may differ, as they do from one Chromium to the next. So may a
    digit of the small print: what pages say is tested where it is made.
    """
    strong, faint = _differences(*_as_tall(kept, picture))
    return bool(strong.sum() >= _BLOCKS or faint.sum() >= _EVEN_BLOCKS)


def _differences(kept: Picture, picture: Picture) -> tuple[Blocks, Blocks]:
    """Return which blocks differ, and which of even ground do so by little."""
    ours, theirs = _corners(kept), _corners(picture)
    apart = np.abs(sum(ours) - sum(theirs)).max(2)
    is_even = _are_alike(ours) & _are_alike(theirs)
    corners = _BLOCK**2
    return apart > _LIMIT * corners, (apart > _EVEN_LIMIT * corners) & is_even


def _corners(picture: Picture) -> list[Wide]:
    """Return the first pixels of all blocks, the second ones, and so on."""
    high, wide = (length // _BLOCK * _BLOCK for length in picture.shape[:2])
    whole = picture[:high, :wide].astype(np.int16)
    return [whole[y::_BLOCK, x::_BLOCK] for y in range(_BLOCK) for x in range(_BLOCK)]


def _are_alike(corners: Sequence[Wide]) -> Blocks:
    alike = np.ones(corners[0].shape[:2], np.bool_)
    for corner in corners[1:]:
        alike &= (corner == corners[0]).all(2)
    return alike


def _mark(kept: Picture, picture: Picture) -> Picture:
    """Return a picture in grey, with the blocks in red that differ."""
    kept, picture = _as_tall(kept, picture)
    strong, faint = _differences(kept, picture)
    marked = np.repeat(picture.mean(2, keepdims=True) // 2 + 127, 3, 2).astype(np.uint8)
    red = np.kron(strong | faint, np.ones((_BLOCK, _BLOCK), np.bool_))
    marked[: red.shape[0], : red.shape[1]][red] = (220, 0, 0)
    return marked


def _as_tall(*pictures: Picture) -> list[Picture]:
    tallest = max(picture.shape[0] for picture in pictures)
    return [_filled(picture, tallest) for picture in pictures]


def _filled(picture: Picture, height: int) -> Picture:
    room = ((0, height - picture.shape[0]), (0, 0), (0, 0))
    return np.pad(picture, room, constant_values=_FILLER)


def _sheet(pictures: Sequence[Picture]) -> Picture:
    """Lay pictures out in a row for each language, all rows equally tall."""
    pictures = _as_tall(*pictures)
    rows = [
        np.hstack(pictures[start : start + len(VIEWS)])
        for start in range(0, len(pictures), len(VIEWS))
    ]
    return np.vstack(rows)


def _read(file: Path) -> Iterator[Picture]:
    """Yield the pictures of a sheet, each with the filler below it."""
    with Image.open(file) as image:
        sheet = np.asarray(image.convert("RGB"))
    widths = [SIZES[size]["width"] // _HALF for size, _ in VIEWS]
    for row in np.vsplit(sheet, len(LANGUAGES)):
        yield from np.hsplit(row, np.cumsum(widths)[:-1])


def _write(picture: Picture, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(file, lossless=True)


def in_kept_form(picture: Picture) -> Picture:
    """Return a picture with as few shades as it is kept with."""
    codes = picture.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, counts = np.unique(codes, return_counts=True)
    exact = np.isin(codes, colours[np.argsort(counts)[-_EXACT:]])
    coarse = ((picture.astype(np.uint16) + _STEP // 2) // _STEP * _STEP).astype(
        np.uint8
    )
    return np.where(exact[..., None], picture, coarse)
