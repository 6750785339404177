"""Sweeps: one memory over a grid of parameters, seeds, devices and targets, as one table.

A sweep that is stopped at any moment goes on from where it was; nothing is lost or run twice.
"""
