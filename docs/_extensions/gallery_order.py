"""The order of the gallery: from the first recall to exchange with other tools."""

ORDER = (
    "recall_a_memory",
    "complete_a_fragment",
    "write_a_network",
    "one_memory_on_three_targets",
    "which_imperfection_hurts",
    "learn_by_spike_timing",
    "run_a_pynn_script",
    "deploy_to_a_virtual_board",
    "plan_a_clique_memory",
    "classify_events_with_a_reservoir",
    "convert_with_a_bent_ramp",
    "lose_voltage_on_wires",
    "exchange_networks_as_nir",
    "sweep_from_python",
)


class GalleryOrder:
    """Sort key for sphinx-gallery; scripts that are not listed come last, by name."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, name: str) -> tuple[int, str]:
        """Return the place of a script."""
        stem = name.removesuffix(".py")
        return (ORDER.index(stem) if stem in ORDER else len(ORDER), stem)
