"""Run one of the programs of this folder inside a Saleor's own environment.

Arguments: the program (`racing`, `locking`, `calling`), and what its `main` takes. What
it returns is printed on the last line, as JSON.
"""

import json
import logging
import sys
from importlib import import_module
from pathlib import Path

PROJECT = Path(__file__).parents[3]
# Behind everything else: the plugin under test is the one that is installed.
sys.path.append(str(PROJECT))

import django  # noqa: E402 - needs the path above

django.setup()

from saleor.celeryconf import app  # noqa: E402 - needs the set-up above

# As in a worker: imported in another order, Saleor's modules import in a circle.
app.loader.import_default_modules()

if __name__ == "__main__":
    # What breaks is judged in the end; the log of thousands of races tells nothing.
    logging.disable(logging.CRITICAL)
    program = import_module(f"tests.saleor.races.{sys.argv[1]}")
    sys.stdout.write(f"{json.dumps(program.main(*sys.argv[2:]))}\n")
