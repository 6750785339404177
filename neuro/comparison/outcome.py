"""What a comparison found: plain data, one part for each machine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from neuro.comparison.machines import Machine
from neuro.energy import EnergyReport
from neuro.errors import NeuroError
from neuro.ladder import Ladder, RungOutcome
from neuro.tasks import MemoryOperation

SHOWN_ISSUES = 3
"""Problems of one machine that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a machine does not run the memory, and what would mend it.

    Parameters
    ----------
    kind : str
        Name of the error.
    reason : str
        What is wrong, where, and what is allowed.
    remedy : str
        What to do; empty if neuro knows of nothing.
    """

    kind: str
    reason: str
    remedy: str

    @property
    def text(self) -> str:
        """Reason and remedy in one."""
        return " ".join(f"{part}." for part in (self.reason, self.remedy) if part)

    @classmethod
    def of(cls, error: NeuroError) -> "Refusal":
        """Take an error apart; of many problems at once, the first few."""
        issues: tuple[NeuroError, ...] = getattr(error, "issues", (error,))[:SHOWN_ISSUES]
        reasons = [
            ". ".join(filter(None, (f"{item.where}: {item.problem}", item.limit)))
            for item in issues
        ]
        remedies = dict.fromkeys(item.hint for item in issues if item.hint)
        return cls(kind=type(error).__name__, reason=". ".join(reasons), remedy=". ".join(remedies))


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one kind of operation was answered.

    Parameters
    ----------
    op, name : str
        Its code, and what it does.
    asked, right : int
        How often, and how often as the reference model answers.
    latency : tuple of float, ms, or None
        Shortest and longest time from the first input spike to the last answer spike; None if
        nothing was answered.
    """

    op: str
    name: str
    asked: int
    right: int
    latency: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imperfection:
    """What one approximation of a machine does.

    Parameters
    ----------
    name, what : str
        The rung, and what is approximated in it.
    lost : int
        Answers that are wrong with it and were right without, less those that it mends.
    spikes : int
        Spikes that differ from the rung it adds to.
    """

    name: str
    what: str
    lost: int
    spikes: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetOutcome:
    """One machine.

    Parameters
    ----------
    machine : Machine
        Which one.
    ladder : Ladder or None
        The memory on each of its approximations, the last with all of them; None if refused.
    refusal : Refusal or None
        Why it does not run.
    scores : tuple of Score
        By operation, on the last rung.
    imperfections : tuple of Imperfection
        What is new on each rung but the first, in their order.
    draws : tuple of int
        Right answers for every draw of what is drawn, the ladder's first.
    energy_gap : str or None
        Why there is no energy, if there is none.
    """

    machine: Machine
    ladder: Ladder | None = None
    refusal: Refusal | None = None
    scores: tuple[Score, ...] = ()
    imperfections: tuple[Imperfection, ...] = ()
    draws: tuple[int, ...] = ()
    energy_gap: str | None = None

    @property
    def final(self) -> RungOutcome | None:
        """The run with all approximations; None if the machine refused."""
        return None if self.ladder is None else self.ladder.rungs[-1]

    @property
    def energy(self) -> EnergyReport | None:
        """Energy of that run; None without a model of it."""
        return None if self.final is None else self.final.energy

    @property
    def asked(self) -> int:
        """Operations of the program."""
        return sum(score.asked for score in self.scores)

    @property
    def right(self) -> int:
        """Operations answered as the reference model answers."""
        return sum(score.right for score in self.scores)

    @property
    def costliest(self) -> Imperfection | None:
        """The approximation that loses most answers; None if none loses any."""
        worst = max(self.imperfections, key=lambda item: item.lost, default=None)
        return worst if worst is not None and worst.lost > 0 else None

    @property
    def machine_time(self) -> float | None:
        """Time for which hardware is busy with one operation, ms; None without a model of it."""
        return None if self.energy is None or not self.asked else self.energy.duration / self.asked

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; energies in fJ, times in ms."""
        worst, final = self.costliest, self.final
        return {
            "backend": self.machine.backend,
            "target": self.machine.name,
            "description": self.machine.target.description,
            "options": dict(self.machine.target.options),
            "runs": self.refusal is None,
            "refusal": None if self.refusal is None else asdict(self.refusal),
            "accuracy": self.right / self.asked if self.asked else None,
            "scores": [asdict(score) for score in self.scores],
            "draws": list(self.draws),
            "machine_time": self.machine_time,
            "run_seconds": None if final is None else final.result.provenance.run_seconds,
            "counters": None if final is None else final.result.counters.as_dict(),
            "energy": None if self.energy is None else self.energy.as_dict(),
            "energy_gap": self.energy_gap,
            "imperfections": [asdict(item) for item in self.imperfections],
            "costliest": None if worst is None else worst.name,
            "ladder": None if self.ladder is None else self.ladder.as_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """One memory and one program on many machines.

    Parameters
    ----------
    model : str
        Name of the recipe.
    neurons, synapses : int
        Size of the network, inputs not counted.
    parameters : mapping of str to str
        What was set.
    program : str
        Name of the program or of its file.
    reference : str
        Whose answers are the right ones.
    operations : tuple of MemoryOperation
        The program.
    duration : float, ms
        Model time of it.
    seed : int
        Root of all randomness.
    semantics : str
        Order of work in a time step.
    targets : tuple of TargetOutcome
        In the order in which they were named.
    """

    model: str
    neurons: int
    synapses: int
    parameters: Mapping[str, str]
    program: str
    reference: str
    operations: tuple[MemoryOperation, ...]
    duration: float
    seed: int
    semantics: str
    targets: tuple[TargetOutcome, ...]

    @property
    def network_digest(self) -> str | None:
        """Digest of the network with its program; None if no machine ran it."""
        finals = (item.final for item in self.targets)
        return next((f.result.provenance.network_digest for f in finals if f is not None), None)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file; energies in fJ, times in ms."""
        return {
            "model": self.model,
            "neurons": self.neurons,
            "synapses": self.synapses,
            "parameters": dict(self.parameters),
            "program": self.program,
            "reference": self.reference,
            "operations": [asdict(operation) for operation in self.operations],
            "duration": self.duration,
            "seed": self.seed,
            "semantics": self.semantics,
            "network_digest": self.network_digest,
            "targets": [item.as_dict() for item in self.targets],
        }
