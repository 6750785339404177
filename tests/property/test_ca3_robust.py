"""Any program that the guard lets through is answered as by a dictionary, here and on SpiNNaker."""

from hypothesis import given, settings
from hypothesis import strategies as st
from robust_programs import SPACING, robust, spike_table, wrong

from neuro.tasks import MemoryOperation

CUES, BITS = 3, 5


@st.composite
def programs(draw: st.DrawFn, *, longest: int) -> list[MemoryOperation]:
    """Draw a program of any operations at any spacing that is allowed."""
    program: list[MemoryOperation] = []
    t = float(draw(st.integers(0, 3)))
    for _ in range(draw(st.integers(1, longest))):
        op = draw(st.sampled_from("LFCKP"))
        cue = draw(st.integers(0, CUES - 1)) if op in "LFC" else None
        content: tuple[int, ...] = ()
        if op in "LKP":
            content = tuple(sorted(draw(st.sets(st.integers(0, BITS - 1), min_size=1))))
        threshold = draw(st.integers(1, len(content))) if op in "KP" else 1
        program.append(MemoryOperation(t=t, op=op, cue=cue, content=content, threshold=threshold))
        t += SPACING[op] + draw(st.integers(0, 12))
    return program


@given(program=programs(longest=25))
@settings(max_examples=60, deadline=None)
def test_any_allowed_program_is_answered_as_by_a_dictionary(program) -> None:
    run = robust(CUES, BITS).run_program(program)
    assert wrong(run, program) == []
    for weights in run.result.weights.values():
        assert set(weights.values.tolist()) <= {0.0, 6.0}


@given(program=programs(longest=12))
@settings(max_examples=20, deadline=None)
def test_any_allowed_program_gives_the_same_spikes_on_the_emulated_machine(program) -> None:
    here = robust(CUES, BITS).run_program(program)
    there = robust(CUES, BITS, backend="spinnaker").run_program(program)
    assert spike_table(there.result) == spike_table(here.result)


@given(program=programs(longest=12))
@settings(max_examples=30, deadline=None)
def test_dropped_bits_are_those_that_the_cue_held_and_lost(program) -> None:
    stored: dict[int, tuple[int, ...]] = {}
    answers = robust(CUES, BITS).run_program(program).answers
    for answer in answers:
        if answer.cue is None or answer.op == "C":
            assert answer.dropped == ()
            continue
        before = set(stored.get(answer.cue, ()))
        assert set(answer.dropped) == before - set(answer.query)
        stored[answer.cue] = answer.query
