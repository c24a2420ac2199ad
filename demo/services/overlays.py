"""Our wheel beside a Saleor's packages, without a change to the Saleor's environment.

A Saleor's virtualenv stays as it was found. Ours are made with its interpreter and see
its packages through a .pth file: one, kept in the cache, with the dependencies that
Saleor does not bring; and one for each run with our own package in it, so that two
runs with different code do not meet.
"""

import sys
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

from .cache import CACHE, fingerprint, locked
from .installs import SaleorInstall, site_packages
from .processes import run

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def build_wheel(project: Path, folder: Path) -> Path:
    """Build the wheel of the working tree into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    run(
        [*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, project],
        folder=folder,
    )
    return next(folder.glob("*.whl"))


def make_overlay(install: SaleorInstall, wheel: Path, folder: Path) -> Path:
    """Install `wheel` beside a Saleor, into `folder`, and return the interpreter."""
    dependencies = _dependency_overlay(install, wheel)
    seen = [site_packages(dependencies), install.site_packages]
    python = _make_venv(install, folder, seen)
    run([*PIP, "--python", python, "install", "--no-deps", wheel])
    return python


def _dependency_overlay(install: SaleorInstall, wheel: Path) -> Path:
    present = [path.name for path in install.site_packages.glob("*.dist-info")]
    needed = requirements(wheel)
    key = fingerprint([*present, *needed, str(install.venv.resolve())])
    overlay = CACHE / "overlays" / install.version / key
    done = overlay / "complete"
    with locked(overlay.with_suffix(".lock")):
        if not done.exists():
            python = _make_venv(install, overlay, [install.site_packages])
            run([*PIP, "--python", python, "install", *needed])
            done.touch()
    return overlay


def requirements(wheel: Path) -> list[str]:
    """Return what a wheel needs, as its metadata says it."""
    with ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("/METADATA"))
        metadata = message_from_bytes(archive.read(name))
    return [str(line) for line in metadata.get_all("Requires-Dist", [])]


def _make_venv(install: SaleorInstall, folder: Path, seen: list[Path]) -> Path:
    run([install.python, "-m", "venv", "--without-pip", "--clear", folder])
    # `site.addsitedir` and not a bare path, so that .pth files in there count too.
    lines = [f"import site; site.addsitedir({str(path)!r})" for path in seen]
    (site_packages(folder) / "saleor.pth").write_text("\n".join(lines) + "\n")
    return folder / "bin" / "python"
