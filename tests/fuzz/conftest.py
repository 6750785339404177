"""Settings of the fuzz tests: the same cases in every run, but for `NEURO_FUZZ`.

That number multiplies the cases, which then differ from run to run.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fuzz",
    deadline=None,
    derandomize="NEURO_FUZZ" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("fuzz")
