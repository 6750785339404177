import re
import tomllib
from pathlib import Path

import yaml

import neuro

ROOT = Path(__file__).parents[2]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
ARXIV = ["2310.05868", "2307.00771", "2411.18271", "1709.08367"]
"""Of the four works whose models are built."""


def test_citation_has_the_keys_that_its_format_requires():
    # Citation File Format 1.2.0, required keys.
    assert {"cff-version", "message", "title", "authors"} <= CITATION.keys()
    assert CITATION["cff-version"] == "1.2.0"
    for item in [CITATION, *CITATION["references"]]:
        assert item["title"]
        assert all(
            author.keys() <= {"family-names", "given-names", "name"} for author in item["authors"]
        )


def test_citation_is_of_this_version():
    assert CITATION["version"] == neuro.__version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert CITATION["version"] == project["version"]


def test_citation_names_the_four_works():
    identifiers = [item["identifiers"][0]["value"] for item in CITATION["references"]]
    assert sorted(identifiers) == sorted(f"arXiv:{number}" for number in ARXIV)


def test_changelog_has_a_section_for_this_version():
    headings = re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert neuro.__version__ in headings


def test_changelog_uses_the_headings_of_its_format():
    known = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= known
