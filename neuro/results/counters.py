"""Counters: how often each kind of event happened; energy is computed from these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Event counts of a run.

    Parameters
    ----------
    spikes : mapping of str to int
        By population and input.
    synaptic_events : mapping of str to int
        By projection: synapses that a pre-synaptic spike reached.
    plastic_updates : mapping of str to int
        By plastic projection: plastic synapses that a pre-synaptic spike visited. This is the
        count of the deferred form of the rule, so that it is the same on every backend.
    hardware : mapping of str to mapping of str to int
        Counts that only one kind of hardware has, such as ``"saturations"``, by what is counted and
        then by population or projection; empty on this computer.
    """

    spikes: Mapping[str, int]
    synaptic_events: Mapping[str, int]
    plastic_updates: Mapping[str, int]
    hardware: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts with their totals, as plain values for a file."""
        return {
            "spikes": {"populations": dict(self.spikes), "total": sum(self.spikes.values())},
            "synaptic_events": {
                "projections": dict(self.synaptic_events),
                "total": sum(self.synaptic_events.values()),
            },
            "plastic_updates": {
                "projections": dict(self.plastic_updates),
                "total": sum(self.plastic_updates.values()),
            },
            "hardware": {name: dict(counts) for name, counts in self.hardware.items()},
        }
