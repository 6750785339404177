"""The site builds without a warning, runs its gallery, and asks nothing of the network."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("docs")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build a copy: the gallery and the reference are written beside the pages."""
    folder = tmp_path_factory.mktemp("site")
    for part in ("docs", "examples"):
        ignored = shutil.ignore_patterns("generated", "__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    shutil.copy(ROOT / "CHANGELOG.md", folder)
    (folder / "backends").symlink_to(ROOT / "backends")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "docs", "html"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


class Requests(HTMLParser):
    """Collects what a browser loads by itself: not links, which are followed by people."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        loads = given.get("rel") in ("stylesheet", "preload", "icon", "preconnect")
        self.found += [given["src"]] if given.get("src") else []
        self.found += [given["href"]] if tag == "link" and loads else []


def requests(page):
    parser = Requests()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.found


def test_no_page_asks_anything_of_the_network(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    loaded = {address for page in pages for address in requests(page)}
    assert loaded
    assert not [address for address in loaded if re.match(r"(https?:)?//", address)]


def test_no_style_asks_anything_of_the_network(site):
    styles = list(site.rglob("*.css"))
    assert styles
    for style in styles:
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", style.read_text("utf-8"))


def test_gallery_shows_the_figures_of_every_script(site):
    names = {path.stem for path in (ROOT / "examples").glob("*.py")}
    shown = {path.name for path in (site / "_images").glob("sphx_glr_*.png")}
    assert names
    for name in names:
        assert any(image.startswith(f"sphx_glr_{name}_0") for image in shown), name


def test_equations_are_markup_and_not_source(site):
    page = (site / "models" / "lsm.html").read_text(encoding="utf-8")
    assert "<math" in page
    assert "\\theta" not in page


def test_every_command_is_in_the_reference(site):
    page = (site / "cli.html").read_text(encoding="utf-8")
    for command in ("neuro run MODEL", "neuro crossbar nladc", "neuro compare memories"):
        assert f">{command}<" in page


def test_support_table_says_what_the_backends_say(site):
    page = re.sub(r"<[^>]+>", " ", (site / "support.html").read_text(encoding="utf-8"))
    # SpiNNaker has no delta cells; neuro.backends.spinnaker says so in its capabilities.
    row = re.search(r"DeltaLIF\s+([a-z–\s]+?)\s+cell\b", page)  # noqa: RUF001
    assert row
    assert row.group(1).split()[-1] == "–"  # noqa: RUF001


PHONE = {"width": 360, "height": 800}
WRITTEN = ("index", "tour", "crossbar", "models/ca3", "models/recurrent", "support", "cli")


def test_pages_fit_a_phone_without_errors_or_requests(site, browser):
    page = browser.new_page(viewport=PHONE)
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    gallery = sorted((site / "generated" / "gallery").glob("*.html"))
    for path in [*(site / f"{name}.html" for name in WRITTEN), *gallery]:
        page.goto(path.as_uri())
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], path.name
    page.close()
    assert asked
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    assert not said
