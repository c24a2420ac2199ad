"""The accessibility checker axe-core, from the npm registry, run in a page."""

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

PACKAGE: Final = "axe-core@4.14.1"
FOLDER: Final = Path(__file__).parents[2] / "build" / "axe"

# WCAG 2.2 AA and what axe calls good practice.
_RUN: Final = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(one =>
    `${one.id}: ${one.nodes.map(node => node.html).join(" | ")}`);
}"""


def axe_source() -> str:
    """Return the checker's script, fetched once and kept.

    Raises:
        OSError: there is no npm, or nothing was fetched.
        subprocess.SubprocessError: npm could not fetch it.
    """
    script = FOLDER / f"{PACKAGE}.js"
    if not script.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--json", "--silent", PACKAGE]
        packed = subprocess.run(
            command, cwd=FOLDER, capture_output=True, check=True, timeout=120
        )
        archive = FOLDER / json.loads(packed.stdout)[0]["filename"]
        with tarfile.open(archive) as members:
            inner = members.extractfile("package/axe.min.js")
            script.write_bytes(inner.read() if inner else b"")
    return script.read_text(encoding="utf-8")


def violations(page: Page, source: str) -> list[str]:
    """Return what axe finds wrong with the page as it looks now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source)
    found: list[Any] = page.evaluate(_RUN)
    return [str(violation) for violation in found]
