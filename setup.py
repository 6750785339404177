"""Build rules that pyproject.toml cannot state.

The folders beside ``neuro/`` are installed as its sub-packages, so that no generic name reaches
site-packages. The compiled kernels are optional: without a C++ compiler the install succeeds and
the NumPy reference runs.
"""

from pathlib import Path

from pybind11.setup_helpers import Pybind11Extension
from setuptools import find_packages, setup

PARTS = ("backends", "models", "hardware_configs")
NATIVE = Path("neuro", "engine", "cpp")

packages = {"neuro", *(f"neuro.{name}" for name in find_packages("neuro"))}
for part in PARTS:
    packages |= {f"neuro.{part}", *(f"neuro.{part}.{name}" for name in find_packages(part))}

kernels = Pybind11Extension(
    "neuro.engine._native",
    sources=sorted(str(path) for path in NATIVE.glob("*.cpp")),
    depends=sorted(str(path) for path in NATIVE.glob("*.hpp")),
    cxx_std=17,
    # Without contraction the same bits come out of every instruction set.
    extra_compile_args=[
        "-O3",
        "-pthread",
        "-ffp-contract=off",
        "-fno-math-errno",
        "-fno-trapping-math",
    ],
    extra_link_args=["-pthread"],
    optional=True,
)

setup(
    packages=sorted(packages),
    package_dir={"neuro": "neuro", **{f"neuro.{part}": part for part in PARTS}},
    ext_modules=[kernels],
)
