"""Memories on equal terms: in spikes on several machines, and side by side at equal size."""
