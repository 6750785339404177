"""Results as Neo blocks, for Elephant and the plotting tools built on Neo.

Reference: Garcia et al., Front. Neuroinform. 8 (2014) 10, doi:10.3389/fninf.2014.00010.
"""

import json
from typing import Any

import numpy as np

from neuro.results import Result

NEO_UNITS = {"nA": "nA", "mV": "mV", "uS": "uS", "": "dimensionless"}


def to_neo(result: Result) -> Any:
    """Turn a result into a Neo block with one segment.

    Parameters
    ----------
    result : Result
        What to export.

    Returns
    -------
    neo.Block
        One spike train for each neuron of each recorded population, annotated with `population`
        and `neuron`; one signal for each trace. A trace whose samples are not evenly spaced
        becomes an irregularly sampled signal. Counters, provenance and final plastic weights are
        annotations of the block.
    """
    import neo

    segment = neo.Segment(name="run")
    for population, trains in result.spikes.items():
        for neuron in range(trains.size):
            segment.spiketrains.append(
                neo.SpikeTrain(
                    trains.of(neuron),
                    units="ms",
                    t_start=0.0,
                    t_stop=result.duration + result.dt,
                    name=f"{population}[{neuron}]",
                    population=population,
                    neuron=neuron,
                )
            )
    for population, variables in result.traces.items():
        for variable, trace in variables.items():
            signal = _signal(neo, trace, f"{population}.{variable}")
            signal.annotate(population=population, variable=variable)
            signal.array_annotate(neuron=trace.indices)
            if isinstance(signal, neo.AnalogSignal):
                segment.analogsignals.append(signal)
            else:
                segment.irregularlysampledsignals.append(signal)
    block = neo.Block(
        name=result.network.name,
        counters=json.dumps(result.counters.as_dict()),
        provenance=json.dumps(result.provenance.as_dict()),
        weights={
            name: {"sources": w.sources, "targets": w.targets, "values": w.values, "unit": w.unit}
            for name, w in result.weights.items()
        },
    )
    block.segments.append(segment)
    return block


def _signal(neo: Any, trace: Any, name: str) -> Any:
    units = NEO_UNITS[trace.unit]
    intervals = np.diff(trace.times)
    if trace.times.size > 1 and np.allclose(intervals, intervals[0], rtol=1e-9, atol=0):
        import quantities

        period = (trace.times[-1] - trace.times[0]) / (trace.times.size - 1)
        return neo.AnalogSignal(
            trace.values,
            units=units,
            t_start=trace.times[0] * quantities.ms,
            sampling_period=period * quantities.ms,
            name=name,
        )
    return neo.IrregularlySampledSignal(
        trace.times, trace.values, units=units, time_units="ms", name=name
    )
