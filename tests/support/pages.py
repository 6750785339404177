"""Code blocks of the documentation's pages, run as a reader would run them."""

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT, CONTINUED = "$ ", "> "


def pages() -> list[Path]:
    """Return the pages that are written by hand."""
    return sorted(path for path in DOCS.rglob("*.md") if "generated" not in path.parts)


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in one language, in their order."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [text for name, text in found if name == language]


def run_examples(page: Path) -> doctest.TestResults:
    """Run the interactive examples of a page; what one defines the next ones see."""
    text = "\n".join(blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(text, {}, page.stem, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test)
    return runner.summarize(verbose=False)


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Take a console block apart: each command, and the lines that it should print."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith(PROMPT):
            found.append((line.removeprefix(PROMPT), []))
        elif line.startswith(CONTINUED):
            command, shown = found.pop()
            found.append((f"{command}\n{line.removeprefix(CONTINUED)}", shown))
        elif line.strip():
            found[-1][1].append(line.strip())
    return found


def run_command(command: str, folder: Path) -> str:
    """Run a command in a folder, with the `neuro` of this environment; return what it prints."""
    scripts = str(Path(sys.executable).parent)
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, "-ec", command],
        cwd=folder,
        env={"PATH": f"{scripts}:/usr/bin:/bin", "COLUMNS": "92", "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout
