from collections.abc import Callable
from typing import Any

import numpy as np

from neuro.engine import TraceProbe, build
from neuro.engine.run_loop import advance
from neuro.engine.state import EngineState, initial_state
from neuro.ir import Network
from neuro.passes import emitted
from neuro.plan import Plan
from neuro.run import lower

Plain = Callable[[Any], Any]


def fed(plan: Plan, first: int, last: int) -> list[Any]:
    return [emitted(plan, item, first, last) for item in plan.inputs]


def after(plan: Plan, steps: int) -> EngineState:
    state, _ = advance(build(plan), initial_state(build(plan)), steps, fed(plan, -1, steps))
    return state


def test_advance_leaves_the_state_it_starts_from_untouched(
    busy_network: Network, plain: Plain
) -> None:
    plan = lower(busy_network)
    network, middle = build(plan), after(plan, 200)
    before = plain(middle)
    end, _ = advance(network, middle, 200, fed(plan, 200, 400))
    assert plain(middle) == before
    assert np.any(end.plastic[1].weights != middle.plastic[1].weights)  # type: ignore[union-attr]


def test_advance_gives_the_same_end_from_the_same_start(
    busy_network: Network, plain: Plain
) -> None:
    plan = lower(busy_network)
    network, middle = build(plan), after(plan, 200)
    one, other = (advance(network, middle, 200, fed(plan, 200, 400)) for _ in range(2))
    assert plain(one) == plain(other)


def test_sample_is_the_state_at_the_start_of_its_step(busy_network: Network) -> None:
    plan = lower(busy_network)
    probe = TraceProbe(population=1, variable="v", interval=50, indices=np.arange(3))
    start = initial_state(build(plan))
    _, recording = advance(build(plan), start, 101, fed(plan, -1, 101), [probe])
    steps, values = recording.traces[0]
    assert steps.tolist() == [0, 50, 100]
    expected = [after(plan, step).cells[1]["v"].tolist() for step in (0, 50, 100)]
    assert values.tolist() == expected


def test_state_counts_the_steps_done(busy_network: Network) -> None:
    assert after(lower(busy_network), 7).step == 7
