"""How 1/f noise grows with the time since programming, the same in every law of it."""

import numpy as np


def growth(time: float, read_time: float) -> float:
    r"""Return :math:`\sqrt{\ln((t + t_r) / (2 t_r))}`, 0 before the first reading is over.

    Parameters
    ----------
    time : float, ms
        Since programming.
    read_time : float, ms
        Length of a reading.

    References
    ----------
    .. [1] Nandakumar et al., ICECS 2019, doi:10.1109/ICECS46596.2019.8964852

    Examples
    --------
    >>> growth(0.0, 1.0), round(growth(1.0e3, 2.5e-4), 4)
    (0.0, 3.809)
    """
    return float(np.sqrt(np.log(max((time + read_time) / (2 * read_time), 1.0))))
