import importlib.util
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neuro.backends.spinnaker import toolchain
from neuro.backends.spinnaker.toolchain import (
    USER_CONFIGURATION,
    configured_board,
    explained,
    require_toolchain,
    run_virtual,
)
from neuro.errors import CapacityError, SimulationError, UnavailableError, UnsupportedError
from neuro.pynn_export import Script

Configure = Callable[[str], Path]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    def write(text: str) -> Path:
        (tmp_path / USER_CONFIGURATION).write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("text", "board"),
    [
        ("[Machine]\nmachine_name = 192.168.240.253\nversion = 5\n", "192.168.240.253"),
        ("[Machine]\nspalloc_server = spinnaker.example\nversion = 5\n", "spinnaker.example"),
        ("[Machine]\nmachine_name = None\nversion = None\n", None),
        ("[Machine]\nmachine_name = 192.168.240.253\nvirtual_board = True\n", None),
        ("[Mode]\nmode = Debug\n", None),
        ("no section\n", None),
    ],
)
def test_board_is_the_one_of_the_users_configuration(
    configure: Configure, text: str, board: str | None
) -> None:
    assert configured_board(configure(text)) == board


def test_without_a_configuration_there_is_no_board(tmp_path: Path) -> None:
    assert configured_board(tmp_path) is None


# Exceptions of the limits table, specs, spinnaker section 7.
@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("DelayExtensionException", CapacityError, "a delay is longer"),
        ("SynapseRowTooBigException", CapacityError, "more synapses onto one core"),
        ("SynapticConfigurationException", UnsupportedError, "do not share one rule"),
        ("PacmanPlaceException", CapacityError, "more cores or SDRAM"),
        ("ExecutableNotFoundException", UnsupportedError, "no binary"),
        ("SpinnmanIOException", UnavailableError, "does not answer"),
    ],
)
def test_known_exception_is_explained_above_the_words_of_the_toolchain(
    kind: str, error: type[Exception], words: str
) -> None:
    found = explained(kind, "its own text")
    text = str(found)
    assert type(found) is error
    assert 0 < text.index(words) < text.index(f"sPyNNaker said: {kind}: its own text")


def test_unknown_exception_keeps_its_words() -> None:
    found = explained("OddException", "")
    assert isinstance(found, SimulationError)
    assert found.hint == "sPyNNaker said: OddException: nothing more"


def test_missing_toolchain_is_an_error_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnavailableError) as caught:
        require_toolchain()
    assert 'pip install "neuro-spiking-memory[spinnaker]"' in str(caught.value)


def test_process_that_dies_is_an_error_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def die(command: list[str], *, stdout: Any, **rest: Any) -> None:
        stdout.write(b"one\nSegmentation fault\n")

    monkeypatch.setattr(toolchain, "require_toolchain", lambda: "1!7.4.1")
    monkeypatch.setattr(subprocess, "run", die)
    (error,) = run_virtual([Script(text="", arrays={})], tmp_path)
    assert isinstance(error, SimulationError)
    assert error.hint == "one / Segmentation fault"


def test_virtual_run_has_a_home_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: dict[str, str] = {}

    def look(command: list[str], *, env: dict[str, str], **rest: Any) -> None:
        seen.update(env)

    monkeypatch.setattr(toolchain, "require_toolchain", lambda: "1!7.4.1")
    monkeypatch.setattr(subprocess, "run", look)
    run_virtual([Script(text="", arrays={})], tmp_path, board_version=3)
    configuration = (Path(seen["HOME"]) / USER_CONFIGURATION).read_text()
    assert configuration == "[Machine]\nvirtual_board = True\nversion = 3\n"
