"""Experiments: whole studies behind one command each, `neuro run NAME`."""
