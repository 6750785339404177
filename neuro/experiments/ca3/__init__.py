"""What two CA3 memories bring back as they fill up, and as cues and devices get worse."""

from neuro.experiments.ca3.curves import Curve, Point, Scale, draw_curves

__all__ = ["Curve", "Point", "Scale", "draw_curves"]
