"""Which numbers of accounts a hardware file may have beside those of the physics, with their unit.

Specs, crossbar_nladc section 4; a file has those for which it knows a source.
"""

from collections.abc import Mapping

COST_UNITS: Mapping[str, str] = {
    "cost_column": "fJ",
    "cost_device": "fJ",
    "cost_elementwise": "fJ",
    "cost_row_capacitance": "nF",
    "cost_driver_voltage": "mV",
    "cost_adc_step": "fJ",
    "cost_adc_schreier": "",
    "cost_device_area": "um^2",
    "cost_column_area": "um^2",
}
"""Energy of a column's periphery and of a device for a clock, and of one operation on one value;
capacitance that a cell adds to its row, and the swing on it; Walden's energy for a conversion step,
and Schreier's figure of merit in dB; areas."""
