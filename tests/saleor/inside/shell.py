"""Run Python that comes line by line, inside a Saleor that was set up once.

Each line of input is a JSON text: code to run. Each line of output that begins with
the mark is a JSON list: whether it went well, and what it printed or how it failed.
"""

import contextlib
import io
import json
import sys
import traceback

import django

django.setup()

from saleor.celeryconf import app  # noqa: E402 - needs the set-up above
from saleor.core.db.connection import allow_writer  # noqa: E402 - as above

app.loader.import_default_modules()

MARK = "answer: "


def answer(code: str) -> tuple[bool, str]:
    """Run code and return what it printed, or its traceback."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), allow_writer():
            exec(code, {})  # noqa: S102 - the tests' own code
    except Exception:  # noqa: BLE001 - whatever it is, the test that sent it shows it
        return False, traceback.format_exc()
    return True, printed.getvalue()


def tell(is_good: bool, text: str) -> None:  # noqa: FBT001 - the answer's two parts
    """Send an answer."""
    sys.stdout.write(f"{MARK}{json.dumps([is_good, text])}\n")
    sys.stdout.flush()


tell(True, "ready")  # noqa: FBT003 - as above
for line in sys.stdin:
    tell(*answer(json.loads(line)))
