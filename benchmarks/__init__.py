"""Benchmarks: neuro and its peers on the same arrays, measured side by side.

`python -m benchmarks --help` says how to run them; `workloads` holds what is run, `peers` who runs
it, `worker` takes one measurement in a process of its own, `rounds` pairs them.
"""
