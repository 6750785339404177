"""Build rules that pyproject.toml cannot state.

The folders beside ``neuro/`` are installed as its sub-packages, so that no generic name reaches
site-packages.
"""

from setuptools import find_packages, setup

PARTS = ("backends", "models", "hardware_configs")

packages = {"neuro", *(f"neuro.{name}" for name in find_packages("neuro"))}
for part in PARTS:
    packages |= {f"neuro.{part}", *(f"neuro.{part}.{name}" for name in find_packages(part))}

setup(
    packages=sorted(packages),
    package_dir={"neuro": "neuro", **{f"neuro.{part}": part for part in PARTS}},
)
