"""The clock-driven engine that software backends share.

State in, state out: `build` turns a plan into arrays, `initial_state` makes the state, `advance`
runs any number of steps. What is here is the readable NumPy reference: it is the specification in
code, and what runs where no compiled kernel does.

Order of work in step k
-----------------------
1. Each population takes what arrives in step k, updates, and says who spiked (`cells`).
   Under `exact` the state is integrated over (k dt, (k + 1) dt] first and input is added at the
   end: a synaptic current or conductance moves the membrane from the next step on, a delta synapse
   at once. Under `tick` input is added first and can make its target fire in the same step.
2. Inputs emit their spikes of step k.
3. For each projection: post spikes that reach its synapses now, then pre spikes, change plastic
   weights (`plasticity`); then the weights of the pre spikes are added to the arrivals of step
   k + delay.
"""

from neuro.engine.network import EngineNetwork, build
from neuro.engine.run_loop import Recording, TraceProbe, advance
from neuro.engine.state import EngineState, initial_state

__all__ = [
    "EngineNetwork",
    "EngineState",
    "Recording",
    "TraceProbe",
    "advance",
    "build",
    "initial_state",
]
