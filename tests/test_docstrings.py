import doctest
import importlib
import pkgutil

import pytest

import neuro

MODULES = [
    "neuro",
    *(module.name for module in pkgutil.walk_packages(neuro.__path__, "neuro.")),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_work(name):
    import numpy as np

    module = importlib.import_module(name)
    assert doctest.testmod(module, extraglobs={"np": np}).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_module_opens_with_a_docstring(name):
    assert (importlib.import_module(name).__doc__ or "").strip()
