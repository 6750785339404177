"""`neuro plan`: the smallest clustered memory for a number of messages, cues and an error."""

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuro.cli.options import Page
from neuro.cli.output import command_line, print_energy, print_table, progress_bar
from neuro.cli.paths import check_paths
from neuro.files import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuro.analysis import MemoryDemand, MemoryPlan
    from neuro.memories.decoders import Decoder

LEARNED = 0.999
"""Share of links that noisy learning must have formed."""

MOST_STEPS = 1000


def plan(
    messages: Annotated[int, typer.Option(help="How many messages are stored.")],
    erased: Annotated[int, typer.Option(help="Letters that a cue lacks.")],
    error: Annotated[float, typer.Option(help="Largest share of cues not answered exactly.")],
    clusters: Annotated[
        int, typer.Option(help="Letters of a message, each a cluster of units.")
    ] = 8,
    units: Annotated[
        int | None, typer.Option(help="Size of the network; default the smallest that will do.")
    ] = None,
    stuck_off: Annotated[float, typer.Option(help="Share of devices that never conduct.")] = 0.0,
    stuck_on: Annotated[float, typer.Option(help="Share of devices that always conduct.")] = 0.0,
    read_noise: Annotated[
        float, typer.Option(help="Standard deviation of a column's sum, in devices.")
    ] = 0.0,
    decoder: Annotated[
        str | None,
        typer.Option(
            help="sum_of_sum, sum_of_max or single_winner; default by faults and erased letters."
        ),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option(help="Most rounds of a recall; default the decoder's.")
    ] = None,
    increment: Annotated[
        float, typer.Option(help="Hebbian increment, for how long a message must be presented.")
    ] = 0.20,
    target: Annotated[
        str, typer.Option(help="Crossbar that is charged for; 'neuro backends' lists them.")
    ] = "crossbar_rram_wan2022",
    cues: Annotated[int, typer.Option(min=1, help="Cues of the confirming run.")] = 5000,
    seed: Annotated[int, typer.Option(min=0, help="Root of all randomness.")] = 0,
    json: Annotated[Path | None, typer.Option(help="Write the figures here as JSON.")] = None,
    page: Page = None,
) -> None:
    """Plan a memory of clustered cliques, the one that noisy Hebbian learning ends in.

    Theory gives a size, a Monte-Carlo run with random messages, faults and noise confirms it or
    makes it larger. Prints network, density, bits per synapse, devices and energy of a recall.

    \b
    Examples:
      neuro plan --messages 15000 --erased 4 --error 0.02
      neuro plan --messages 15000 --erased 4 --error 0.02 --stuck-off 0.01 --read-noise 0.1
      neuro plan --messages 10000 --erased 4 --error 0.02 --units 2048 --json plan.json
      neuro plan --messages 15000 --erased 4 --error 0.02 --page plan.html
    """
    check_paths({}, {"--json": json, "--page": page})

    from neuro.analysis import MemoryDemand, plan_memory
    from neuro.analysis.cliques import Faults
    from neuro.hardware_configs import load_target
    from neuro.memories import HebbianParameters

    demand = MemoryDemand(
        messages=messages,
        erased=erased,
        error=error,
        clusters=clusters,
        units=units,
        faults=Faults(stuck_off=stuck_off, stuck_on=stuck_on, read_noise=read_noise),
    )
    HebbianParameters(n_clusters=clusters, eps=increment)  # warns of one too small to learn
    hardware = load_target(target)
    chosen = _decoder(demand, decoder, iterations)
    with progress_bar("cues") as progress:
        found = plan_memory(
            demand, hardware, decoder=chosen, cues=cues, seed=seed, progress=progress
        )
    facts = _facts(found, increment)
    _print(found, facts)
    if json is not None:
        figures = {**found.as_dict(), "learning": _learning(found, increment)}
        write_text(json, json_module.dumps(figures, indent=1) + "\n")
        typer.echo(f"Figures: {json.resolve()}")
    if page is not None:
        from neuro.report.plan import plan_page
        from neuro.report.values import Origin, version_facts

        origin = Origin(command=command_line(), seed=seed, facts=version_facts())
        write_text(page, plan_page(found, facts, _title(demand), origin))
        typer.echo(f"Page: {page.resolve()}")


def _decoder(demand: "MemoryDemand", rule: str | None, iterations: int | None) -> "Decoder":
    from dataclasses import replace

    from neuro.analysis.planner import decoder_for
    from neuro.memories.cliques import decoder_of
    from neuro.memories.decoders import CLUSTERED

    usual = decoder_for(demand)
    if rule is not None and rule != usual.rule:
        from neuro.errors import ValidationError, suggestion

        known = [name for name in CLUSTERED if name != "global"]
        if rule not in known:
            raise ValidationError(
                "--decoder", f"no {rule!r}", value=rule, limit=suggestion(rule, known)
            )
        usual = decoder_of(rule, {"iterations": 8, "read_noise": demand.faults.read_noise})
    return usual if iterations is None else replace(usual, iterations=iterations)


def _learning(found: "MemoryPlan", increment: float) -> dict[str, float | int | None]:
    """Return how many steps a message must be presented, without and with the default noise."""
    import numpy as np

    from neuro.analysis.consolidation import co_activity, learning_curve, steps_to_consolidate
    from neuro.memories import HebbianParameters

    noise = HebbianParameters()
    q = co_activity(noise.p_erase, noise.p_insert, cluster_size=found.topology.cluster_size)
    clean = steps_to_consolidate(increment)
    formed = learning_curve(increment, q, MOST_STEPS) >= LEARNED if clean else np.zeros(1)
    return {
        "increment": increment,
        "clean_steps": clean,
        "noisy_steps": int(np.argmax(formed)) + 1 if formed.any() else None,
    }


def _facts(found: "MemoryPlan", increment: float) -> list[tuple[str, str]]:
    """Say of a plan what it is, in pairs of words."""
    shape, run, learning = found.topology, found.confirmation, _learning(found, increment)
    rows = [
        ("network", f"{shape.units} units: {shape.n_clusters} clusters of {shape.cluster_size}"),
        ("density", f"{found.density:.4f}"),
        ("bits per synapse", f"{found.bits_per_synapse:.3f}"),
        ("devices", f"{found.devices:,}"),
        ("most messages, theory", f"{found.capacity:,}"),
        ("error, theory", f"{found.iterated_error:.4f} ({found.one_shot_error:.4f} in one round)"),
        ("decoder", f"{found.decoder.rule}, {found.decoder.iterations} rounds"),
    ]
    if run is not None:
        verdict = "confirmed" if found.confirmed else "NOT confirmed"
        rows.append(
            (
                "error, simulated",
                f"{run.error:.4f} +- {run.deviation:.4f}, {run.cues} cues: {verdict}",
            )
        )
    else:
        rows.append(("error, simulated", "not simulated: links or messages are too many"))
    steps = [learning[name] or "never" for name in ("clean_steps", "noisy_steps")]
    rows.append(
        ("steps to learn a message", f"{steps[0]} without noise, {steps[1]} with the usual noise")
    )
    return rows


def _title(demand: "MemoryDemand") -> str:
    return (
        f"{demand.messages} messages, {demand.erased} of {demand.clusters} letters erased, error "
        f"up to {demand.error:g}"
    )


def _print(found: "MemoryPlan", facts: "Sequence[tuple[str, str]]") -> None:
    print_table(_title(found.demand), ("", ""), facts)
    if found.energy is not None:
        print_energy(found.energy)
