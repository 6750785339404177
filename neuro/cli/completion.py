"""What a shell offers when a word of a command is half written: models, backends, targets."""

Offers = list[tuple[str, str]]
"""Words, each with what it is."""


def models_like(incomplete: str) -> Offers:
    """Return the models that begin so."""
    from neuro.models import load_model, model_names

    names = [name for name in model_names() if name.startswith(incomplete)]
    return [(name, load_model(name).summary) for name in names]


def backends_like(incomplete: str) -> Offers:
    """Return the backends that begin so; none is imported."""
    from neuro.registry import backend_names

    return [(name, "") for name in backend_names() if name.startswith(incomplete)]


def targets_like(incomplete: str) -> Offers:
    """Return the targets that begin so."""
    from neuro.hardware_configs import load_target, target_names

    names = [name for name in target_names() if name.startswith(incomplete)]
    return [(name, load_target(name).description) for name in names]


def machines_like(incomplete: str) -> Offers:
    """Return lists of machines that begin so; the last one is completed.

    Examples
    --------
    >>> machines_like("cpu,spin")
    [('cpu,spinnaker', '')]
    """
    before, comma, last = incomplete.rpartition(",")
    backend, colon, target = last.partition(":")
    if not colon:
        return [(f"{before}{comma}{name}", text) for name, text in backends_like(last)]
    return [
        (f"{before}{comma}{backend}:{name}", text)
        for name, text in targets_like(target)
        if name.startswith(backend)
    ]
