import json

import pytest

from neuro.program.checkpoint import Checkpoint


def test_run_with_a_checkpoint_answers_like_one_without(neuro, program):
    call = ("run", "ca3", "--program", program.name)
    plain = neuro(*call, "--json", "plain.json")
    kept = neuro(*call, "--json", "kept.json", "--checkpoint", "kept", "--every", "20 ms")
    assert (plain.returncode, kept.returncode) == (0, 0), kept.stderr
    files = [program.parent / f"{name}.json" for name in ("plain", "kept")]
    found = [json.loads(path.read_text()) for path in files]
    assert found[0] == found[1]
    assert not (program.parent / "kept").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--every", "1 s"), "ValidationError: every: given without a checkpoint."),
        (("--checkpoint", "."), "holds files of other origin, such as 'program.json'."),
        (("--checkpoint", "no/kept"), "folder 'no' does not exist."),
        (("--checkpoint", "program.json"), "is also the --program file."),
        (("--checkpoint", "kept", "--every", "2 mV"), "every: expected a time, got '2 mV'."),
        (
            ("--checkpoint", "kept", "--backend", "pynn", "--semantics", "exact"),
            "UnsupportedError: backend 'pynn': its state cannot be saved.",
        ),
    ],
)
def test_what_cannot_be_kept_is_one_error(neuro, program, arguments, message):
    ran = neuro("run", "ca3", "--program", program.name, "--json", "out.json", *arguments)
    assert ran.returncode == 2
    assert message in ran.stderr and "Traceback" not in ran.stderr
    assert [path.name for path in program.parent.iterdir()] == ["program.json"]


def test_folder_without_a_checkpoint_yet_is_taken_over(neuro, program):
    with Checkpoint(program.parent / "kept", {}):
        pass
    ran = neuro("run", "ca3", "--program", program.name, "--checkpoint", "kept")
    assert ran.returncode == 0, ran.stderr
    assert not (program.parent / "kept").exists()
