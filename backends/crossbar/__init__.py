"""Resistive crossbars: devices, arrays, wires, converters, and networks on them."""
