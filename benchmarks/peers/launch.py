"""Run a program and write what it took: wall seconds, CPU seconds, peak memory in MiB.

``python -I -S launch.py USAGE.json PROGRAM ARGUMENTS``. A process of its own, because the kernel
counts the memory of whoever starts a program as the program's own; this one holds next to none.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    """Run the command of the arguments; return its exit code."""
    target, *command = sys.argv[1:]
    begun = time.perf_counter()
    code = subprocess.run(command, check=False).returncode
    wall = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes on macOS, KiB elsewhere
    usage = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / unit}
    Path(target).write_text(json.dumps(usage), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
