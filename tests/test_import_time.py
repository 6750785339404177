import subprocess
import sys

import pytest

HEAVY = ("matplotlib", "pint", "neo", "quantities", "xarray", "brian2", "pyNN", "torch", "snntorch")
HEAVY = (*HEAVY, "nest", "nir", "h5py", "jinja2")


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*(m for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", HEAVY)
def test_import_neuro_does_not_load_heavy_packages(name):
    assert name not in loaded_after("import neuro")


def test_simulating_loads_no_optional_or_plotting_package():
    loaded = loaded_after("from neuro.ir import *; import neuro; neuro.simulate")
    assert not loaded & (set(HEAVY) - {"h5py"})


def cpu_seconds(statement: str) -> float:
    code = f"import time; {statement}; print(time.process_time())"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return min(float(run.stdout) for run in runs)


# Architecture, section 2: under 0.3 CPU seconds beyond NumPy. The limit here is wider, so that a
# busy machine does not fail it: the names above are the real test.
def test_import_neuro_costs_little_beyond_numpy():
    assert cpu_seconds("import neuro") - cpu_seconds("import numpy") < 0.6
