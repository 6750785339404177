"""Pages in a browser: no request, no error, readable on a phone and on paper, figures traced."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# One worker makes the pages and starts the browser.
pytestmark = pytest.mark.xdist_group("pages")

COMMANDS = ["demo", "run", "check", "ladder", "compare", "memories", "sweep", "nladc", "plan"]
NAMES = [*COMMANDS, "lsm", "kws"]
PHONE, DESK = 360, 1200
PAPER = 680
"""Pixels of an A4 sheet within margins of 15 mm, at 96 pixels an inch."""

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

UNTRACED = """() => {
  const body = [...document.querySelectorAll("table")].filter(t => t.querySelector("thead"));
  const cells = body.flatMap(t => [...t.querySelectorAll("td.number:not(:first-child)")]);
  const origin = /(Seed \\d[\\d, ]*|Nothing is drawn)\\. Command: neuro /;
  const bare = cells.filter(c => c.textContent.trim() && !origin.test(c.title));
  const figures = [...document.querySelectorAll("svg")].filter(
    s => !s.closest("figure")?.querySelector("figcaption a.traced"));
  const lines = [...document.querySelectorAll("ul.summary li")].filter(
    l => !l.querySelector("a.traced"));
  const lost = [...document.querySelectorAll("a.traced")].filter(
    a => !document.querySelector(a.getAttribute("href")));
  return {numbers: cells.length, bare: bare.map(c => c.textContent), figures: figures.length,
          lines: lines.map(l => l.textContent), lost: lost.length};
}"""

OVERLAPS = """() => {
  const found = [];
  for (const svg of document.querySelectorAll("svg")) {
    const texts = [...svg.querySelectorAll("text")].map(
      t => [t.textContent, t.getBoundingClientRect()]);
    for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
      const [a, b] = [texts[i][1], texts[j][1]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const small = Math.min(a.width * a.height, b.width * b.height);
      if (wide > 0 && high > 0 && wide * high > 0.3 * small) found.push(
        texts[i][0] + " / " + texts[j][0]);
    }
  }
  return found;
}"""


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, pages: dict[str, Path]) -> Path:
    return pages[request.param]


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": DESK, "height": 900})
    yield opened
    opened.close()


def test_page_asks_nobody_and_reports_no_error(tab, path):
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    outside = [url for url in asked if not url.startswith(("data:", path.as_uri()))]
    assert (said, outside) == ([], [])
    assert tab.title().strip()


def test_page_fits_a_phone(tab, path):
    tab.set_viewport_size({"width": PHONE, "height": 780})
    tab.goto(path.as_uri())
    assert tab.evaluate(TOO_WIDE) == 0
    size = "el => parseFloat(getComputedStyle(el).fontSize)"
    assert tab.locator("p").first.evaluate(size) >= 16
    # Wide tables and figures scroll inside the page.
    scrolled = tab.evaluate(
        "[...document.querySelectorAll('table, svg')].every(e => e.closest('.wide'))"
    )
    assert scrolled


def test_page_fits_on_paper(tab, path):
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": PAPER, "height": 1000})
    tab.goto(path.as_uri())
    assert tab.evaluate(TOO_WIDE) == 0
    document = tab.pdf(format="A4")
    assert document.startswith(b"%PDF") and len(document) > 10_000


def test_every_figure_of_a_page_is_traced(tab, path):
    tab.goto(path.as_uri())
    found = tab.evaluate(UNTRACED)
    assert found["numbers"] > 0
    assert (found["bare"], found["figures"], found["lines"], found["lost"]) == ([], 0, [], 0)
    notes = tab.locator("ol.notes li").all_text_contents()
    assert notes and all(len(note.strip()) > 10 for note in notes)
    assert "neuro " in tab.locator("tr", has_text="command").last.text_content()


def test_texts_of_figures_do_not_overlap(tab, path):
    tab.goto(path.as_uri())
    assert tab.evaluate(OVERLAPS) == []
