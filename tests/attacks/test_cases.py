"""Every case of the folder, played against the product (S1).

A case is a TOML file: `attack` says what is tried, `flaws` which row of the table of
flaws it is about, `steps` what happens and what must come of it. See `playing.Stage`.
"""

import tomllib
from pathlib import Path

import pytest

from tests.chaos.figures import Figure
from tests.chaos.world import passing_world

from .playing import Stage

CASES = {path.stem: path for path in Path(__file__).parent.glob("cases/*.toml")}

repelled: set[str] = set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(CASES))
def test_the_attack_is_repelled(name: str, figure: Figure) -> None:
    case = tomllib.loads(CASES[name].read_text())
    assert case["attack"]
    with passing_world() as world:
        stage = Stage(world)
        for step in case["steps"]:
            stage.play(step)
    repelled.add(name)
    figure("attacks", f"{len(repelled)} of {len(CASES)} cases repelled")
