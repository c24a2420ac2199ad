"""The fonts of the browser that the tests look through: always these, wherever it runs.

The pages name the system's fonts, which differ from machine to machine, and with them
the width of every word. The tests bring their own, as pinned packages. They have no
Chinese and no Japanese: those two names below the pages are boxes.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

PACKAGES: Final = (
    "fontpkg_noto_sans",
    "fontpkg_noto_sans_arabic",
    "fontpkg_roboto_mono",
)

_RULES: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
<cachedir>{cache}</cachedir>
<match target="pattern">
  <test qual="any" name="family"><string>monospace</string></test>
  <edit name="family" mode="prepend" binding="strong">
    <string>Roboto Mono</string></edit>
</match>
<match target="pattern">
  <edit name="family" mode="append_last" binding="strong">
    <string>Noto Sans</string></edit>
</match>
</fontconfig>
"""


def write_font_rules(folder: Path) -> Path:
    """Write a configuration of fontconfig that knows the tests' fonts and no others.

    Returns:
        The file, for FONTCONFIG_FILE.

    Raises:
        ModuleNotFoundError: a font's package is not installed.
    """
    rules = folder / "fonts.conf"
    folders = "\n".join(f"<dir>{escape(str(_files(name)))}</dir>" for name in PACKAGES)
    rules.write_text(
        _RULES.format(folders=folders, cache=escape(str(folder / "fonts"))),
        encoding="utf-8",
    )
    return rules


def _files(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            f"The font package {package} is missing: `make venv` installs it."
        )
    return Path(found.origin).parent / "files"
