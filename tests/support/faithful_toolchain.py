"""A toolchain that generates exactly what was predicted, for tests that then change one number."""

from neuro.backends.spinnaker.comparison import predicted_synapses
from neuro.backends.spinnaker.generated import (
    Generated,
    GeneratedCores,
    GeneratedPopulation,
    GeneratedRule,
)
from neuro.backends.spinnaker.layout import CorePlasticity, Layout
from neuro.backends.spinnaker.matrices import WordFormat


def faithful(layout: Layout) -> Generated:
    """Return what a toolchain without surprises makes of a layout, all cores on one chip."""
    return Generated(
        populations={
            item.name: GeneratedPopulation(
                place=_cores(item.slices),
                form=WordFormat(
                    atom_bits=item.atom_bits, type_bits=item.type_bits, slots=item.slots
                ),
                shifts=item.shifts,
                parameters=dict(item.parameters),
            )
            for item in layout.populations
        },
        sources={item.name: _cores(item.slices) for item in layout.sources},
        projections={item.name: predicted_synapses(item) for item in layout.projections},
        rules={
            item.name: _rule(item.plasticity)
            for item in layout.projections
            if item.plasticity is not None
        },
        cores=sum(len(item.slices) for item in (*layout.populations, *layout.sources)),
        chips=1,
    )


def _cores(slices: tuple[tuple[int, int], ...]) -> GeneratedCores:
    return GeneratedCores(
        slices=slices, cores=tuple((0, 0, place + 3) for place, _ in enumerate(slices))
    )


def _rule(rule: CorePlasticity) -> GeneratedRule:
    return GeneratedRule(
        w_min=rule.w_min,
        w_max=rule.w_max,
        a_plus=rule.a_plus,
        a_minus=rule.a_minus,
        table_plus=rule.table_plus,
        table_minus=rule.table_minus,
    )
