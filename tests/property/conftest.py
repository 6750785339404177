"""Settings of the property tests: the same examples in every run, and none kept from earlier."""

from hypothesis import settings

settings.register_profile("neuro", deadline=None, derandomize=True, database=None, max_examples=100)
settings.load_profile("neuro")
