"""The page of a planned memory: its size, how sure that is, and the energy of a recall."""

from collections.abc import Sequence

from neuro.analysis import MemoryPlan
from neuro.report.sections import Section, SectionsPage, energy_sections, sections_page
from neuro.report.values import Origin, Trace

THEORY = "V. Gripon and C. Berrou, IEEE Trans. Neural Networks 22(7), 2011; specs, noisy_hebbian 8"


def plan_page(
    found: MemoryPlan, facts: Sequence[tuple[str, str]], title: str, origin: Origin
) -> str:
    """Fill the page; one file without links to others.

    Parameters
    ----------
    found : MemoryPlan
        The plan.
    facts : sequence of (str, str)
        It, by what is said of it.
    title : str
        The demand in words.
    origin : Origin
        Seed, command and versions.
    """
    run = found.confirmation
    simulated = "not simulated" if run is None else f"{run.cues} random cues"
    sections = [
        Section(
            title="The memory",
            trace=Trace(
                how=f"Computed by the theory of clustered cliques; the simulated error by "
                f"Monte Carlo, {simulated}.",
                source=THEORY,
            ),
            table=(("property", "value"), list(facts)),
        )
    ]
    if found.energy is not None:
        sections += energy_sections(found.energy, what="a recall")
    confirmed = "A simulation confirms it." if found.confirmed else "No simulation confirms it."
    return sections_page(
        SectionsPage(
            title=f"A memory for {title}",
            lead="The smallest clustered memory that theory allows, made larger until a run "
            "stays within the error asked for.",
            summary=[
                f"{found.topology.units} units in {found.topology.n_clusters} clusters, "
                f"{found.devices:,} devices, {found.bits_per_synapse:.3f} bits each.",
                confirmed,
            ],
            sections=sections,
            origin=origin,
        )
    )
