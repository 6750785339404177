"""Figures of published chips and converters, for comparison.

J. Yang et al., Nat. Commun. 16, 1136 (2025), arXiv 2411.18271, Table 1 with the chips that it
compares with; converters from the regression of T. Andrulis et al., arXiv 2404.06553, evaluated at
100 MS/s. Specs, crossbar_nladc sections 4.1 and 4.3.
"""

from dataclasses import dataclass

TABLE_1 = "Yang et al., Nat. Commun. 16, 1136 (2025), Table 1"
SURVEY = "Andrulis et al., arXiv 2404.06553, regression on Murmann's survey, 100 MS/s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One row of a published table.

    Parameters
    ----------
    name : str
    node : int
        Technology, nm.
    memory : str
    clock : int
        MHz.
    bits : str
        Of inputs, weights and outputs.
    kilobytes, area, power : float
        Memory in kB, area in mm^2, power in mW.
    tops, tops_per_watt, tops_per_mm2 : float
        Speed, efficiency, and speed for an area at 1 GHz and 16 nm.
    result : str
        What the chip achieves on its task.
    source : str
    """

    name: str
    node: int
    memory: str
    clock: int
    bits: str
    kilobytes: float
    area: float
    power: float
    tops: float
    tops_per_watt: float
    tops_per_mm2: float
    result: str = ""
    source: str = TABLE_1


def _row(
    name: str, chip: tuple[int, str, int, str], *numbers: float, result: str = ""
) -> Published:
    node, memory, clock, bits = chip
    kilobytes, area, power, tops, per_watt, per_mm2 = numbers
    return Published(
        name=name,
        node=node,
        memory=memory,
        clock=clock,
        bits=bits,
        kilobytes=kilobytes,
        area=area,
        power=power,
        tops=tops,
        tops_per_watt=per_watt,
        tops_per_mm2=per_mm2,
        result=result,
    )


_FIVE = (16, "RRAM", 1000, "5/analog/5")
_EIGHT = (16, "RRAM", 1000, "8/analog/8")
_PCM = (14, "PCM", 1000, "8/analog/8")
PUBLISHED: tuple[Published, ...] = (
    _row(
        *("keyword spotting, 5 bits", _FIVE, 1.125, 0.003, 3.7, 0.11, 31.0, 39.48),
        result="88.5 % of 12 classes, GSCD",
    ),
    _row("keyword spotting, 8 bits", _EIGHT, 1.125, 0.003, 4.6, 0.02, 4.0, 6.1),
    _row(
        *("language model, 5 bits", _FIVE, 623, 0.71, 406.5, 19.5, 47.9, 27.6),
        result="1.349 BPC, PTB",
    ),
    _row("language model, 8 bits", _EIGHT, 623, 0.71, 766.8, 5.5, 7.2, 7.8),
    _row("Nature 2023", _PCM, 4250, 111.18, 3450, 23.94, 6.94, 0.22, result="86.1 %, GSCD"),
    _row("Nat. Electron. 2023", _PCM, 272, 144, 3465, 4.9, 1.96, 0.32, result="1.439 BPC"),
    _row("VLSI 2017", (65, "SRAM", 200, "8/8/-"), 348, 19, 296, 0.38, 1.28, 1.6),
    _row("JSSC 2020, first mode", (65, "SRAM", 80, "13/6/13"), 288, 7.74, 65, 0.16, 2.45, 4),
    _row("JSSC 2020, second mode", (65, "SRAM", 80, "13/6/13"), 288, 7.74, 65, 0.02, 8.93, 0.5),
    _row("ISSCC 2017", (65, "SRAM", 200, "16/16/-"), 10, 2.6, 2.3, 0.025, 1.1, 0.8),
    _row("CICC 2018", (65, "SRAM", 168, "8/8/8"), 82, 0.93, 29.03, 0.03, 1.11, 1.92),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedConverter:
    """A conventional converter as a survey predicts it.

    Parameters
    ----------
    node : int
        Technology, nm.
    bits : int
    energy : float, fJ
        Of one conversion.
    area : float or None, um^2
        None where only a range is known.
    source : str
    """

    node: int
    bits: int
    energy: float
    area: float | None
    source: str = SURVEY


CONVERTER_SURVEY: tuple[SurveyedConverter, ...] = tuple(
    SurveyedConverter(node=node, bits=bits, energy=energy, area=area)
    for node, rows in (
        (16, ((250.0, 1114.0), (250.0, 1118.0), (290.0, 1162.0), (360.0, 1237.0), (470.0, 1340.0))),
        (65, ((3500.0, None), (3500.0, None), (4000.0, None), (5000.0, None), (6500.0, None))),
    )
    for bits, (energy, area) in enumerate(rows, start=4)
)
