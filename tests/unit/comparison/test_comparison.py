"""One memory on many machines: answers, latency, and which approximation is blamed."""

import json

import pytest

from neuro.backend import Rung
from neuro.comparison import compare_targets, named_program, parse_machines
from neuro.comparison.compare import Question
from neuro.errors import CheckError, UnsupportedError, ValidationError
from neuro.ir import MemoryProtocol
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.report.comparison_tables import overview, sentence, verdict
from neuro.tasks.reference import reference_answers
from neuro.tasks.written import with_program

# Hazard H5 (specs, ca3_cam section 9): with a history of 15 spikes the first item is lost after
# eight more learns of its bit, with an unlimited one it is kept.
FORGETFUL = [
    *([30.0 * cue, "L", cue, [0]] for cue in range(9)),
    [270.0, "C", 0, []],
    [300.0, "K", None, [0]],
]


def question(rows=FORGETFUL, **changed):
    network = ca3(CA3Parameters(cue_size=9, content_size=2))
    parts = {
        "model": "ca3",
        "written": with_program(network, rows),
        "program": "hazard H5",
        "parameters": {"cue_size": "9"},
        "seed": 0,
    }
    return Question(**{**parts, **changed})


@pytest.fixture(scope="module")
def found():
    return compare_targets(question(), parse_machines("cpu,brian2,spinnaker"))


def test_history_is_blamed_for_the_lost_item(found):
    cpu, _, spinnaker = found.targets
    assert (cpu.right, cpu.asked) == (11, 11)
    assert (spinnaker.right, spinnaker.asked) == (10, 11)
    assert [(s.op, s.right, s.asked) for s in spinnaker.scores] == [
        ("L", 9, 9),
        ("C", 0, 1),
        ("K", 1, 1),
    ]
    assert spinnaker.costliest.name == "finite delays and history"
    assert spinnaker.costliest.lost == 1
    assert spinnaker.ladder.first_change.name == "finite delays and history"
    assert "Finite delays and history is the first to change a spike, and costs most: 1 of 11" in (
        sentence(spinnaker)
    )


def test_latency_is_that_of_the_protocol(found):
    # Specs, ca3_cam section 6: L ends 7 ms, C and K 6 ms after the first input spike.
    assert {s.op: s.latency for s in found.targets[0].scores} == {
        "L": (7.0, 7.0),
        "C": (6.0, 6.0),
        "K": (6.0, 6.0),
    }
    # The lost item leaves the echo of the cue, 5 ms after it.
    assert {s.op: s.latency for s in found.targets[2].scores}["C"] == (5.0, 5.0)


def test_sizes_are_those_of_the_formulas(found):
    # Specs, ca3_cam section 7: 3c + 4k + 1 neurons inside and c + k of OUT, inputs not counted;
    # 3ck + 2c(c - 1) + 3c + 6k synapses inside and 2(c + k) to and from it.
    c, k = 9, 2
    assert found.neurons == 3 * c + 4 * k + 1 + c + k
    assert found.synapses == 3 * c * k + 2 * c * (c - 1) + 3 * c + 6 * k + 2 * (c + k)


def test_machine_that_cannot_run_it_says_why_and_what_to_do(found):
    brian2 = found.targets[1]
    assert brian2.ladder is None
    assert "'tick' is not offered here" in brian2.refusal.reason
    assert "--semantics exact" in brian2.refusal.remedy
    row = overview(found)[1][1]
    assert len(row) == 2 and "--semantics exact" in row[1]
    assert "cannot run it" in verdict(found)[1]


def test_energy_of_an_operation_is_the_runs_over_the_operations(found):
    spinnaker = found.targets[2]
    boards = next(b for b in spinnaker.energy.bases if b.name == "whole boards")
    text = overview(found)[1][2][6]
    # 320 ms of 31.88 W of a board in its box and ten cores, over 11 operations (937.3 mJ).
    assert boards.energy / 1e15 / 11 == pytest.approx(0.3200 * (31.88 + 10 * 0.034) / 11, rel=1e-2)
    assert "mJ (whole boards)" in text and "uJ (dynamic)" in text
    assert found.targets[0].energy is None
    assert "no energy model" in found.targets[0].energy_gap


def test_document_holds_the_figures_and_is_json(found):
    document = json.loads(json.dumps(found.as_dict()))
    cpu, brian2, spinnaker = document["targets"]
    assert (cpu["accuracy"], spinnaker["accuracy"]) == (1.0, 10 / 11)
    assert brian2["runs"] is False and brian2["refusal"]["kind"] == "UnsupportedError"
    assert spinnaker["costliest"] == "finite delays and history"
    assert spinnaker["ladder"]["rungs"][-1]["name"] == "machine load"
    # 29.09 ms from one operation to the next, in real time.
    assert spinnaker["machine_time"] == pytest.approx(320 / 11)


def test_expected_answers_take_the_place_of_the_reference():
    operations = question().written.operations
    right = reference_answers(operations)
    wrong = [*right[:-1], ((1,), (0,))]
    found = compare_targets(question(expected=wrong), parse_machines("cpu"))
    assert (found.targets[0].right, found.targets[0].asked) == (10, 11)
    assert found.reference == "columns 5 and 6 of the program"
    assert "without any approximation too" in sentence(found.targets[0])


def test_memory_without_a_right_answer_does_not_work():
    operations = question().written.operations
    nothing = [((8,), (1,))] * len(operations)
    found = compare_targets(question(expected=nothing), parse_machines("cpu"))
    assert "does not work, 0 of 11 answers right." in sentence(found.targets[0])
    assert overview(found)[1][0][1] == "no"


def test_combination_is_blamed_only_if_nothing_alone_costs_an_answer():
    from types import SimpleNamespace

    from neuro.comparison.measures import imperfections

    def rung(name, wrong, *, after="ideal", combines=False):
        distance = SimpleNamespace(distance=len(wrong))
        return SimpleNamespace(
            name=name, what="", after=after, combines=combines, wrong=wrong, to_after=distance
        )

    def ladder(*rungs):
        first = rung("ideal", (), after=None)
        names = {"ideal": first}
        return SimpleNamespace(rungs=(first, *rungs), rung=lambda name: names[name])

    together = rung("together", (1, 2, 3), combines=True)
    alone = imperfections(ladder(rung("noise", (1,)), rung("faults", ()), together))
    assert [(item.name, item.lost) for item in alone] == [("noise", 1), ("faults", 0)]
    both = imperfections(ladder(rung("noise", ()), together))
    assert [(item.name, item.lost) for item in both] == [("noise", 0), ("together", 3)]
    assert Rung.__dataclass_fields__["combines"].default is False


def test_draws_are_those_of_the_seeds_that_follow():
    # Hazard H7 (specs, ca3_cam section 9): 10 % spread of static weights makes recalls wrong.
    def asked(seed, draws):
        parameters = CA3Parameters(cue_size=8, content_size=16, weight_spread=0.1)
        network = ca3(parameters, seed=seed)
        written = with_program(network, named_program("mix", network.protocol, 0))
        question_ = question(written=written, seed=seed, draws=draws)
        return compare_targets(question_, parse_machines("cpu")).targets[0]

    together = asked(0, 3)
    assert together.draws == tuple(asked(seed, 1).right for seed in range(3))
    assert len(set(together.draws)) > 1
    assert "over 3 draws" in sentence(together) and "works with errors" in sentence(together)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", (), "names nothing"),
        ("cpu,spinaker", (), "Did you mean 'spinnaker'"),
        ("crossbar:crossbar_rram_nladk", (), "Did you mean 'crossbar_rram_nladc'"),
        ("cpu:spinnaker_spin5", (), "Write spinnaker:spinnaker_spin5"),
        ("cpu,cpu", (), "named twice"),
        ("cpu", ("mode=loaded",), "names no backend"),
        ("cpu", ("spinnaker:mode=loaded",), "is not compared"),
        ("spinnaker", ("spinnaker:mod=loaded",), "Did you mean 'mode'"),
    ],
)
def test_wrong_machines_are_refused(text, options, message):
    with pytest.raises((ValidationError, CheckError), match=message):
        parse_machines(text, options)


def test_options_reach_the_targets_of_their_backend():
    cpu, spinnaker = parse_machines("cpu,spinnaker", ["spinnaker:neurons_per_core=64"])
    assert spinnaker.target.options["neurons_per_core"] == 64
    assert "neurons_per_core" not in cpu.target.options


def test_pyramid_is_the_published_stress_test():
    # Specs, ca3_cam section 8, T2: 60 operations in 3 rounds of 5 L, 5 C and 10 K; round 1 stores
    # the numbers 1 to 5 in binary, round 2 their complements.
    rows = named_program("pyramid", ca3().protocol, 0)
    assert [row.op for row in rows] == (["L"] * 5 + ["C"] * 5 + ["K"] * 10) * 3
    assert [row.content for row in rows[:5]] == [(0,), (1,), (0, 1), (2,), (0, 2)]
    assert rows[20].content == tuple(range(1, 10))


def test_mix_has_the_shares_of_the_specs_and_depends_on_the_seed():
    protocol = ca3(CA3Parameters(cue_size=8, content_size=16)).protocol
    rows = named_program("mix", protocol, 3)
    assert rows == named_program("mix", protocol, 3) != named_program("mix", protocol, 4)
    # 60 draws with 0.4, 0.3, 0.3: within 4 standard deviations of 3.8 and 3.5.
    counts = {op: sum(row.op == op for row in rows) for op in "LCK"}
    assert abs(counts["L"] - 24) <= 15 and abs(counts["C"] - 18) <= 14
    assert all(row.t == 20.0 * number for number, row in enumerate(rows))


def test_mix_of_a_memory_that_forgets_and_completes_has_those_too():
    from neuro.models.ca3_robust import ca3_robust

    assert {row.op for row in named_program("mix", ca3_robust().protocol, 0)} == set("LCKPF")


def test_program_needs_its_operations():
    protocol = ca3().protocol
    parts = {name: getattr(protocol, name) for name in protocol.__dataclass_fields__}
    parts["operations"] = [item for item in protocol.operations if item.code != "K"]
    with pytest.raises(UnsupportedError, match="needs operations K"):
        named_program("mix", MemoryProtocol(**parts), 0)
    with pytest.raises(ValidationError, match="Did you mean 'pyramid'"):
        named_program("piramid", protocol, 0)
