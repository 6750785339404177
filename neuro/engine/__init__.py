"""The clock-driven engine that software backends share.

`build` turns a plan into arrays; `make_engine` gives the compiled kernels where they were built,
and else the NumPy reference, which stays beside them as the specification in code and their oracle.

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

from neuro.engine.interface import Engine, Recording, TakesCurrent, TraceProbe
from neuro.engine.make import make_engine, native_detail
from neuro.engine.network import EngineNetwork, build

__all__ = [
    "Engine",
    "EngineNetwork",
    "Recording",
    "TakesCurrent",
    "TraceProbe",
    "build",
    "make_engine",
    "native_detail",
]
