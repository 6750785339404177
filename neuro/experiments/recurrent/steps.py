"""Progress of several jobs in a row, and threads while small networks train."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Progress = Callable[[float], None]


@dataclass(slots=True)
class Steps:
    """Shares one progress bar among jobs.

    Parameters
    ----------
    whole : float
        Sum of the sizes of all jobs.
    progress : callable or None
        Called with the fraction done.
    """

    whole: float
    progress: Progress | None
    done: float = field(default=0.0, init=False)

    def job(self, size: float) -> Progress:
        """Return the callback of the next job, with its size in the unit of `whole`."""
        before = self.done
        self.done += size

        def report(fraction: float) -> None:
            if self.progress is not None:
                self.progress(min(1.0, (before + fraction * size) / self.whole))

        return report


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread: for small matrices more of them only wait for one another."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
