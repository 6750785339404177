"""``import neuro.pynn as sim``: PyNN 0.13 scripts on the backends of neuro.

``sim.setup(timestep, backend="cpu", target=..., semantics=...)`` chooses where a script runs; all
else is PyNN's interface. What is offered: ``python -m neuro.pynn.support``.
"""

from neuro.errors import UnavailableError

INSTALL = 'pip install "neuro-spiking-memory[pynn]"'

try:
    import pyNN  # noqa: F401
except ImportError as error:
    raise UnavailableError(
        "neuro.pynn", "PyNN is not installed", hint=f"Install it with: {INSTALL}"
    ) from error

# Only now: all of it needs PyNN.
from neuro.pynn.interface import *  # noqa: E402, F403
from neuro.pynn.interface import __all__  # noqa: E402, F401
