"""What PyNN's simulators disagree on: signs, amplitudes, delays, spike times, set-up.

One row for each simulator, and the only place that knows: a script is the same for all of them but
for what stands here. Measured with PyNN 0.13 (specs, spinnaker section 12).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from neuro.errors import ValidationError, suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """How one PyNN simulator reads a script.

    Parameters
    ----------
    name : str
        Name of the module in ``pyNN``.
    semantics : {"exact", "tick"}
        Its order of work inside a time step.
    label_offset : int
        Grid point, counted from the start of a step, with which it labels the spikes of that step.
    first_label : int
        Earliest time, in steps, at which a spike source array can fire.
    early : float, ms
        Taken off listed spike times: PyNN subtracts a delay in floating point, and NEST moves what
        then lies past a grid point to the next one.
    negative_inhibition : bool
        Whether inhibitory weights onto current-based cells are negative. If not, they are
        magnitudes: sPyNNaker drops the sign without a word.
    amplitude_per_w_max : bool
        Whether STDP amplitudes of the additive rule are fractions of `w_max`; if not, they are
        weight changes.
    dendritic_delay_fraction : float
        The only share of a plastic delay that it accepts as dendritic.
    repeated_spikes : bool
        Whether a listed source can fire more than once in a step.
    w_min : bool
        Whether the lower bound of plastic weights can differ from 0.
    plastic_inhibition : bool
        Whether synapses that inhibit current-based cells can learn.
    varying_refractory : bool
        Whether the refractory time can differ between neurons. PyNN's Brian2 fails on an array.
    refractory_lead : int
        Steps to add to a refractory time: Brian2 counts the step of the spike as its first one.
    single_one_to_one : bool
        Whether `OneToOneConnector` works between populations of one neuron.
    all_but_self : bool
        Whether all-to-all without self connections is written as a rule. sPyNNaker counts the
        pairs left out when it scales the weights, which can cost a bit of each; a list does not.
    sequences : bool
        Whether spike times are `pyNN.parameters.Sequence`; if not, lists.
    sources_per_core : int
        Listed sources on one core, 0 for a simulator without cores. Without a limit sPyNNaker puts
        all of a population on one core; equal widths of cores keep clear of its faulty rows for
        delays of several stages.
    recordables : mapping of str to str
        What it calls the variables that a probe can read.
    setup : mapping of str to str
        Further arguments of ``setup``, as Python text.
    preamble : tuple of str
        Lines that come before the import of the simulator.
    """

    name: str
    semantics: str
    label_offset: int
    first_label: int
    negative_inhibition: bool
    amplitude_per_w_max: bool
    dendritic_delay_fraction: float
    repeated_spikes: bool
    w_min: bool
    plastic_inhibition: bool
    varying_refractory: bool
    refractory_lead: int
    single_one_to_one: bool
    all_but_self: bool
    sequences: bool
    sources_per_core: int
    recordables: Mapping[str, str]
    setup: Mapping[str, str] = field(default_factory=dict)
    preamble: tuple[str, ...] = ()
    early: float = 0.0

    @property
    def module(self) -> str:
        """Name of the Python module."""
        return f"pyNN.{self.name}"


_CONDUCTANCES = {"v": "v", "g_excitatory": "gsyn_exc", "g_inhibitory": "gsyn_inh"}

CONVENTIONS: Mapping[str, Conventions] = MappingProxyType(
    {
        item.name: item
        for item in (
            Conventions(
                name="spiNNaker",
                semantics="tick",
                label_offset=0,
                first_label=0,
                negative_inhibition=False,
                amplitude_per_w_max=False,
                dendritic_delay_fraction=1.0,
                repeated_spikes=True,
                w_min=True,
                plastic_inhibition=True,
                varying_refractory=True,
                refractory_lead=0,
                single_one_to_one=True,
                all_but_self=False,
                sequences=False,
                sources_per_core=256,
                recordables=MappingProxyType(
                    # sPyNNaker records the synaptic currents under the names of conductances.
                    {**_CONDUCTANCES, "i_excitatory": "gsyn_exc", "i_inhibitory": "gsyn_inh"}
                ),
            ),
            Conventions(
                name="nest",
                semantics="exact",
                label_offset=1,
                # PyNN fires the generator one minimal delay earlier, NEST's first grid point is dt.
                first_label=2,
                early=1e-6,
                negative_inhibition=True,
                amplitude_per_w_max=True,
                dendritic_delay_fraction=1.0,
                repeated_spikes=True,
                w_min=False,
                plastic_inhibition=True,
                varying_refractory=True,
                refractory_lead=0,
                single_one_to_one=False,
                all_but_self=True,
                sequences=True,
                sources_per_core=0,
                recordables=MappingProxyType(_CONDUCTANCES),
                # The default puts spikes between the grid points.
                setup=MappingProxyType({"spike_precision": '"on_grid"'}),
            ),
            Conventions(
                name="brian2",
                semantics="exact",
                label_offset=1,
                first_label=1,
                negative_inhibition=True,
                amplitude_per_w_max=True,
                dendritic_delay_fraction=0.0,
                repeated_spikes=False,
                w_min=True,
                # Its equations clip a weight to [w_min, w_max], which a negative w_max empties.
                plastic_inhibition=False,
                varying_refractory=False,
                refractory_lead=1,
                single_one_to_one=False,
                all_but_self=True,
                sequences=True,
                sources_per_core=0,
                recordables=MappingProxyType(_CONDUCTANCES),
                # Compiling takes minutes where NumPy takes seconds.
                preamble=("import brian2", 'brian2.prefs.codegen.target = "numpy"'),
            ),
        )
    }
)
"""By name of the simulator."""


def conventions_of(simulator: str) -> Conventions:
    """Return the conventions of a simulator.

    Raises
    ------
    ValidationError
        If there is none of that name.

    Examples
    --------
    >>> conventions_of("nest").label_offset
    1
    """
    if simulator not in CONVENTIONS:
        raise ValidationError(
            "simulator",
            repr(simulator),
            value=simulator,
            limit=suggestion(simulator, CONVENTIONS),
        )
    return CONVENTIONS[simulator]
