r"""Liquid state machine: a random reservoir whose weights are pairs of formed resistive devices.

.. math::
    I_t = x_t W_{in} + s_{t-1} W_{rec}, \quad u_t = a\,u_{t-1}(1 - s_{t-1}) + I_t, \quad
    s_t = [u_t > \theta], \quad W = k\,(G^+ - G^-)

Equations and defaults: specs, resistive_lsm section 1. Reference: Lin et al., Nat. Comput. Sci. 5
(2025) 37-47, arXiv 2307.00771.

On the 231 N-MNIST test recordings the defaults reach 78.4 % (sd 0.7 over five reservoirs), 1000
neurons with three counters on upright frames 94.1 (0.7). On 250 spoken digits 1000 neurons on
stretched steps, with roots of three counters, reach 98.8 (0.6), on keywords of unseen speakers 61.4
(1.2); the same readout without a reservoir has 95.6 and 58.7. docs/models/lsm.md has all figures.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    DiscreteLIF,
    Network,
    PairList,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)
from neuro.ir.description import Description, parameter, parameter_issues
from neuro.resistive import (
    ConductanceLaw,
    Forming,
    LogNormalLaw,
    MeasuredLaw,
    NormalLaw,
    PairArray,
    Pairs,
    difference_sd,
    draw_pairs,
    measured_conductances,
)
from neuro.seeds import stream

FloatArray = NDArray[np.float64]
Arrays = tuple[PairArray, PairArray]

EVENTS, RESERVOIR = "events", "reservoir"
LAWS = ("normal", "lognormal", "measured", "gaussian")

CHIP_MEAN, CHIP_SD = 27.0, 4.7
"""Conductance of a formed device, uS, whose difference has the chip's spread (specs, section 2)."""

TWIN_MOMENTS = {EVENTS: (0.00156, 6.613), RESERVOIR: (0.00606, 6.673)}
"""Mean and sd of the difference, uS, in the two arrays of the chip (specs, section 1.2)."""

TAU_SYN = 0.05
"""Synaptic time constant of the leaky integrate-and-fire form, ms: gone before the next step."""

SILENT_DELAY = 2.0
"""Delay, ms, of one synapse of weight 0 in each projection of the leaky integrate-and-fire form.

The SpiNNaker toolchain sizes ring buffers for all sources at once where all delays are equal, and
for the expected input where they differ: with this synapse the grid of weights is 32 times finer.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LSMParameters(Description):
    """Sizes and constants; the defaults are those of the event-camera digits.

    Parameters
    ----------
    lines, neurons : int
        Input lines and reservoir neurons.
    decay : float
        a, per step.
    decay_last : float, optional
        Spreads the time constants: the first neuron has `decay`, the last one this, those between
        lie on a geometric scale.
    threshold : float
        A spike needs strictly more.
    factor : float
        k, per uS of a chip whose difference has sd 6.65 uS; other laws are scaled to that spread.
    input_scale, recurrent_scale : float
        Further factors of the two matrices.
    law : {"normal", "lognormal", "measured", "gaussian"}
        Of formed conductances; ``"measured"`` draws from the shipped values, ``"gaussian"`` is the
        software twin: normal differences with the moments of the chip.
    sparsity : float
        Fraction of devices that stay unformed.
    differences : array, uS
        Measured differences of pairs to draw from instead, in place of `law`.
    cell : {"discrete", "current"}
        ``"current"`` writes the same neurons as leaky integrate-and-fire with currents, one
        projection for each sign, for machines that have no discrete neurons.
    """

    lines: int = 256
    neurons: int = 200
    decay: Any = parameter("", 0.9, above=0)
    decay_last: Any = parameter("", None, above=0, optional=True)
    threshold: Any = parameter("", 5.0, above=0)
    factor: Any = parameter("", 0.07, above=0)
    input_scale: Any = parameter("", 1.0, at_least=0)
    recurrent_scale: Any = parameter("", 1.0, at_least=0)
    law: Literal["normal", "lognormal", "measured", "gaussian"] = "normal"
    sparsity: Any = parameter("", 0.0, at_least=0)
    differences: Any = parameter("uS", None, optional=True)
    cell: Literal["discrete", "current"] = "discrete"


def lsm(
    parameters: LSMParameters = LSMParameters(),
    *,
    seed: int = 0,
    arrays: Arrays | None = None,
) -> Network:
    """Build the reservoir with its input; see the module.

    Parameters
    ----------
    parameters : LSMParameters
        Sizes and constants.
    seed : int
        Root of the devices.
    arrays : (PairArray, PairArray), optional
        Input and recurrent weights instead of drawn ones, such as those of an aged chip.

    Returns
    -------
    Network
        Input ``"events"``, population ``"reservoir"``, 1 ms a step. Under `exact` a spike of the
        input at time t acts in the step from t to t + 1.

    Raises
    ------
    ValidationError, CheckError
        If a size or constant is out of range.
    """
    _check(parameters)
    weights = arrays or lsm_arrays(parameters, seed=seed)
    matrices = {EVENTS: weights[0].weights, RESERVOIR: weights[1].weights}
    discrete = parameters.cell == "discrete"
    make = _signed if discrete else _by_sign
    return Network(
        name="lsm",
        dt=1.0,
        semantics="exact" if discrete else "tick",
        seed=seed,
        populations=(Population(RESERVOIR, parameters.neurons, _cell(parameters)),),
        inputs=(SpikeArray(name=EVENTS, size=parameters.lines),),
        projections=tuple(item for name, matrix in matrices.items() for item in make(name, matrix)),
        probes=(Probe(population=RESERVOIR),),
    )


def lsm_decays(parameters: LSMParameters) -> float | FloatArray:
    """Return a of every neuron: one number, or an array of shape (neurons,)."""
    if parameters.decay_last is None:
        return float(parameters.decay)
    first, last = (-1.0 / np.log([parameters.decay, parameters.decay_last])).tolist()
    return np.asarray(np.exp(-1.0 / np.geomspace(first, last, parameters.neurons)))


def lsm_pairs(parameters: LSMParameters, *, seed: int = 0) -> tuple[Pairs, Pairs]:
    """Draw the devices of the input and of the recurrent matrix.

    Parameters
    ----------
    parameters : LSMParameters
        Sizes, law and forming.
    seed : int
        Root; each matrix has a stream of its own.
    """
    _check(parameters)
    shapes = {
        EVENTS: (parameters.lines, parameters.neurons),
        RESERVOIR: (parameters.neurons, parameters.neurons),
    }
    return tuple(  # type: ignore[return-value]
        _drawn(parameters, name, shape, stream(seed, "pairs", name))
        for name, shape in shapes.items()
    )


def lsm_arrays(
    parameters: LSMParameters, pairs: tuple[Pairs, Pairs] | None = None, *, seed: int = 0
) -> Arrays:
    """Return the weights and noise scales of both matrices.

    Parameters
    ----------
    parameters : LSMParameters
        With the weight factors.
    pairs : (Pairs, Pairs), optional
        The devices; default drawn.
    seed : int
        Root of the devices.
    """
    scales = (parameters.input_scale, parameters.recurrent_scale)
    factor = parameters.factor
    if parameters.law in ("lognormal", "measured") and parameters.differences is None:
        factor *= difference_sd(_law("normal")) / difference_sd(_law(parameters.law))
    found = pairs or lsm_pairs(parameters, seed=seed)
    return tuple(  # type: ignore[return-value]
        PairArray.from_pairs(item, factor * scale)
        for item, scale in zip(found, scales, strict=True)
    )


def _drawn(p: LSMParameters, name: str, shape: tuple[int, int], rng: np.random.Generator) -> Pairs:
    if p.differences is not None:
        return _around_mean(rng.choice(p.differences, shape))
    if p.law == "gaussian":
        return _around_mean(rng.normal(*TWIN_MOMENTS[name], shape))
    return draw_pairs(shape, _law(p.law), rng, _forming(p.sparsity))


def _around_mean(difference: FloatArray) -> Pairs:
    """Split differences evenly around the mean conductance of the chip."""
    plus, minus = CHIP_MEAN + difference / 2, CHIP_MEAN - difference / 2
    return Pairs(plus=plus, minus=minus)


def _law(name: str) -> ConductanceLaw:
    laws: dict[str, Any] = {"normal": lambda: NormalLaw(mean=CHIP_MEAN, sd=CHIP_SD)}
    laws |= {"lognormal": LogNormalLaw, "measured": lambda: MeasuredLaw(measured_conductances())}
    law: ConductanceLaw = laws[name]()
    return law


def _forming(sparsity: float) -> Forming:
    """Return the forming whose voltage leaves that fraction of devices unformed."""
    from scipy.special import ndtri

    usual = Forming()
    if sparsity == 0:
        return usual
    return Forming(voltage=float(usual.mean + usual.sd * ndtri(1.0 - sparsity)))


def _cell(p: LSMParameters) -> DiscreteLIF | CurrentExponentialLIF:
    decays = lsm_decays(p)
    if p.cell == "discrete":
        return DiscreteLIF(decay=decays, threshold=p.threshold)
    tau_m = -1.0 / np.log(decays)
    # One arriving nA moves the membrane by one mV within its step: R (1 - a) times the charge that
    # the decaying current brings in one step.
    charge = -TAU_SYN * np.expm1(-1.0 / TAU_SYN)
    return CurrentExponentialLIF(
        cm=tau_m * (1.0 - decays) * charge,
        tau_m=tau_m,
        tau_refrac=0.0,
        tau_syn_E=TAU_SYN,
        tau_syn_I=TAU_SYN,
        v_rest=0.0,
        v_reset=0.0,
        v_thresh=p.threshold,
    )


def _signed(source: str, matrix: FloatArray) -> list[Projection]:
    synapse = Static(weight=matrix, delay=1.0)
    return [Projection(source, RESERVOIR, AllToAll(), synapse, "input")]


def _by_sign(source: str, matrix: FloatArray) -> list[Projection]:
    projections = []
    for receptor, part in (("excitatory", matrix), ("inhibitory", -matrix)):
        sources, targets = (np.append(where, 0) for where in np.nonzero(part > 0))
        synapse = Static(
            weight=np.append(part[sources[:-1], targets[:-1]], 0.0),
            delay=np.append(np.ones(sources.size - 1), SILENT_DELAY),
        )
        name = f"{source}->{RESERVOIR}.{receptor}"
        pairs = PairList(sources=sources, targets=targets)
        projections.append(Projection(source, RESERVOIR, pairs, synapse, receptor, name))
    return projections


def _check(parameters: LSMParameters) -> None:
    issues: list[NeuroError] = parameter_issues(parameters, "lsm")
    for name in ("lines", "neurons"):
        size = getattr(parameters, name)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            limit = "A whole number, at least 1"
            issues.append(ValidationError(f"lsm.{name}", repr(size), value=size, limit=limit))
    for name, known in (("law", LAWS), ("cell", ("discrete", "current"))):
        choice = getattr(parameters, name)
        if choice not in known:
            limit = suggestion(str(choice), known)
            issues.append(ValidationError(f"lsm.{name}", repr(choice), value=choice, limit=limit))
    raise_all("lsm", issues)
    decays = [parameters.decay, parameters.decay_last or parameters.decay]
    if max(decays) >= 1 or parameters.sparsity >= 1:
        issues.append(
            ValidationError(
                "lsm",
                f"decays {decays}, sparsity {parameters.sparsity}",
                value=(decays, parameters.sparsity),
                limit="Decays below 1, sparsity below 1",
            )
        )
    raise_all("lsm", issues)
