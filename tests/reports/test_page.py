"""The page for a browser, in a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from browsing import browser, shape
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from lint_exitstack.clients.cli import main
from lint_exitstack.project.one_file import Task, process
from lint_exitstack.reports import format_named
from lint_exitstack.reports._style import Style
from lint_exitstack.settings import Settings

FILES = {
    "src/copy.py": (
        "def both(a, b):\n"
        "    with open(a) as source:\n"
        "        with open(b, 'w') as target:\n"
        "            target.write(source.read())\n"
    ),
    "src/held.py": "import m\n\ntry:\n    m.f()\nexcept ValueError:\n    pass\n",
    "tests/evil.py": (
        "with a('</script><img src=x onerror=\"window.hit=1\">'):\n"
        "    with b('<!-- <script>'):\n        pass\n"
    ),
    "broken.py": "with a\n",
}


@pytest.fixture(scope="module")
def chrome(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["check", "-q", "--isolated", "--output-format", "html", "-o", "r.html"]) == 1
    return folder / "r.html"


@pytest.fixture
def page(chrome, report):
    shape(chrome, 1400, 900)
    chrome.get(report.as_uri())
    yield chrome
    assert chrome.get_log("browser") == []


def rows(page) -> list[str]:
    return texts(page, "#list [role=option] .where")


def texts(page, selector: str) -> list[str]:
    # In one go: the page may be about to draw its list anew.
    script = "return [...document.querySelectorAll(arguments[0])].map((node) => node.textContent)"
    return page.execute_script(script, selector)


def until(page, wanted: list[str]) -> None:
    """Wait for the list: filters are applied when typing pauses."""
    WebDriverWait(page, 20).until(lambda _: rows(page) == wanted, f"{rows(page)} != {wanted}")


ALL = ["broken.py:1", "src/copy.py:2", "src/held.py:3", "tests/evil.py:1"]


def test_it_lists_and_counts_everything(page):
    assert rows(page) == ALL
    assert [tile.split(maxsplit=1)[0] for tile in texts(page, ".tiles b")] == ["4", "2", "1", "1"]
    assert texts(page, "[data-chart=folder] .name") == ["src/", "./", "tests/"]
    assert page.title == "4 findings · lint-exitstack"


def test_it_asks_nobody_for_anything(page, report):
    asked = page.execute_script("return performance.getEntriesByType('resource').length")
    assert asked == 0
    text = report.read_text("utf-8")
    assert "src=" not in text.replace("src=x", "")
    assert "http-equiv" in text
    assert "default-src 'none'" in text


def test_source_cant_take_over_the_page(page):
    assert page.execute_script("return window.hit") is None
    page.find_element(By.ID, "row-3").click()
    assert "</script><img src=x" in texts(page, ".side pre")[0]
    assert page.find_elements(By.CSS_SELECTOR, "img") == []
    assert page.execute_script("return window.hit") is None


def test_filters(page):
    page.find_element(By.ID, "path").send_keys("src copy")
    until(page, ["src/copy.py:2"])
    assert texts(page, "#shown") == ["1 of 4"]
    page.find_element(By.CSS_SELECTOR, "[type=reset]").click()
    until(page, ALL)
    Select(page.find_element(By.ID, "rule")).select_by_value("XIT301")
    until(page, ["src/held.py:3"])
    page.find_element(By.CSS_SELECTOR, "[type=reset]").click()
    until(page, ALL)
    hazard = texts(page, "#hazard option")[1]
    Select(page.find_element(By.ID, "hazard")).select_by_visible_text(hazard)
    until(page, ["src/held.py:3"])
    page.find_element(By.CSS_SELECTOR, "[type=reset]").click()
    until(page, ALL)
    page.find_element(By.CSS_SELECTOR, "[value=safe]").click()
    until(page, ["broken.py:1", "src/held.py:3"])
    page.find_element(By.CSS_SELECTOR, "[value=unsafe]").click()
    page.find_element(By.CSS_SELECTOR, "[value=none]").click()
    until(page, [])
    assert texts(page, "#list .empty") == ["Nothing fits these filters."]


def test_bars_are_filters(page):
    bar = page.find_element(By.CSS_SELECTOR, "[data-folder='tests/']")
    bar.click()
    assert rows(page) == ["tests/evil.py:1"]
    assert bar.get_attribute("aria-pressed") == "true"
    bar.click()
    assert rows(page) == ALL
    page.find_element(By.CSS_SELECTOR, "[data-rule='XIT101']").send_keys(Keys.ENTER)
    assert rows(page) == ["src/copy.py:2", "tests/evil.py:1"]


def test_before_and_after_side_by_side(page):
    page.find_element(By.ID, "row-1").click()
    before, after = page.find_elements(By.CSS_SELECTOR, ".side")
    assert before.rect["y"] == after.rect["y"]
    assert before.rect["x"] + before.rect["width"] < after.rect["x"]
    lines = ["with open(a) as source, open(b, 'w') as target:", "    target.write(source.read())"]
    assert texts(page, ".side.add .ln") == lines
    assert texts(page, ".ln.add") == lines[:1]
    assert len(texts(page, ".side.del .ln.del")) == 2
    assert texts(page, ".ln.add .k") == ["with", "as", "as"]
    first = page.find_element(By.CSS_SELECTOR, ".side.add .ln")
    assert first.get_attribute("data-n") == "2"


def test_the_order_of_exits_is_drawn(page):
    page.find_element(By.ID, "row-1").click()
    for side in (".del", ".add"):
        assert texts(page, f".side{side} .order code") == ["open(b, 'w')", "open(a)"]
        drawing = page.find_element(By.CSS_SELECTOR, f".side{side} svg")
        assert drawing.get_attribute("aria-label") == "Order of exits: 1. open(b, 'w'); 2. open(a)"
        assert texts(page, f".side{side} svg text") == ["2", "1"]
        # Each number stands beside the line on which the block ends.
        last = page.find_elements(By.CSS_SELECTOR, f".side{side} .ln")[-1].rect
        for dot in page.find_elements(By.CSS_SELECTOR, f".side{side} svg circle[r='8.5']"):
            middle = dot.rect["y"] + dot.rect["height"] / 2
            assert last["y"] < middle < last["y"] + last["height"]


def test_hazards_are_told(page):
    page.find_element(By.ID, "row-2").click()
    [text] = texts(page, ".hazards p")
    assert text.startswith("Unsafe because of ")
    assert texts(page, ".side.add h3 code") == ["from contextlib import suppress"]


def test_keys(page):
    body = page.find_element(By.TAG_NAME, "body")
    body.send_keys("j")
    body.send_keys("j")
    body.send_keys("k")
    chosen = page.find_element(By.CSS_SELECTOR, "[aria-selected=true]")
    assert chosen.get_attribute("id") == "row-1"
    body.send_keys("/")
    field = page.switch_to.active_element
    assert field.get_attribute("id") == "path"
    field.send_keys("held")
    until(page, ["src/held.py:3"])
    field.send_keys(Keys.ESCAPE)
    chosen = page.switch_to.active_element
    assert chosen.get_attribute("id") == "list"
    chosen.send_keys(Keys.ENTER)
    assert page.switch_to.active_element.get_attribute("id") == "detail"
    assert "this try only ignores exceptions" in texts(page, "#detail h2")


def background(page) -> str:
    return page.execute_script("return getComputedStyle(document.body).backgroundColor")


def brightness(colour: str) -> int:
    return sum(int(part) for part in colour.strip("rgba()").split(",")[:3])


def test_light_and_dark(page, report):
    light = background(page)
    shape(page, 1400, 900, "dark")
    page.get(report.as_uri())
    dark = background(page)
    assert brightness(dark) < 150
    assert brightness(light) > 600
    page.find_element(By.ID, "theme").click()
    assert background(page) == light


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_text_can_be_read(page, report, colours):
    """Contrast by the formula of WCAG: 4.5 for text."""
    shape(page, 1400, 900, colours)
    page.get(report.as_uri())
    page.find_element(By.ID, "row-2").click()
    measured = page.execute_script(CONTRAST)
    assert len(measured) > 20
    assert [entry for entry in measured if entry[1] < 4.5] == []


CONTRAST = """
const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
const light = (rgb) => {
  const [r, g, b] = rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const colour = parse(getComputedStyle(node).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
return [...document.querySelectorAll("body *")].filter((node) => node.offsetParent
    && [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()))
  .map((node) => {
    const pair = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
    return [node.tagName + "." + node.className + ": " + node.textContent.slice(0, 30),
      (pair[0] + 0.05) / (pair[1] + 0.05)];
  });
"""


def test_on_a_phone(page, report):
    shape(page, 390, 844)
    page.get(report.as_uri())
    assert page.execute_script("return document.documentElement.scrollWidth") == 390
    detail = page.find_element(By.ID, "detail")
    assert not detail.is_displayed()
    page.execute_script("arguments[0].click()", page.find_element(By.ID, "row-1"))
    assert detail.is_displayed()
    assert detail.rect["width"] == 390
    before, after = page.find_elements(By.CSS_SELECTOR, ".side")
    assert after.rect["y"] > before.rect["y"]
    assert max(before.rect["width"], after.rect["width"]) <= 390
    page.find_element(By.CSS_SELECTOR, ".back").click()
    WebDriverWait(page, 20).until(lambda _: not detail.is_displayed())


def shown_bars(page) -> list[str]:
    bars = page.find_elements(By.CSS_SELECTOR, "[data-chart=folder] .bar")
    return [bar.get_attribute("data-folder") for bar in bars if bar.is_displayed()]


def test_charts_leave_room_for_the_findings_on_a_phone(chrome, tmp_path):
    source = b"with a:\n    with b:\n        pass\n"
    outcome = process(Task("/w/a.py", "a.py", Settings(), data=source))
    folders = [f"a_project/with/long/paths/{number}/" for number in range(6)]
    many = [replace(outcome, shown=f"{folder}m.py") for folder in folders]
    path = tmp_path / "r.html"
    path.write_text("".join(format_named("html").render(many, Style())), "utf-8")
    shape(chrome, 390, 844)
    chrome.get(path.as_uri())
    assert shown_bars(chrome) == folders[:4]
    chrome.find_element(By.CSS_SELECTOR, "[data-chart=folder] .more").click()
    assert shown_bars(chrome) == folders
    shape(chrome, 1400, 900)
    chrome.get(path.as_uri())
    assert shown_bars(chrome) == folders
    assert not chrome.find_element(By.CSS_SELECTOR, "[data-chart=folder] .more").is_displayed()


def test_thousands_of_findings_stay_usable(chrome, tmp_path):
    source = b"with a:\n    with b:\n        pass\n" * 50
    outcome = process(Task("/w/a.py", "a.py", Settings(), data=source, compare=True))
    many = [replace(outcome, shown=f"src/p{n % 40}/m{n}.py") for n in range(100)]
    path = tmp_path / "r.html"
    path.write_text("".join(format_named("html").render(many, Style())), "utf-8")
    shape(chrome, 1400, 900)
    chrome.get(path.as_uri())
    assert texts(chrome, "#shown") == ["5,000 of 5,000"]
    assert len(rows(chrome)) <= 300
    chrome.find_element(By.ID, "list").send_keys(Keys.END)
    chosen = chrome.find_element(By.CSS_SELECTOR, "[aria-selected=true]")
    assert chosen.get_attribute("id") == "row-4999"
    assert chosen.is_displayed()
    chrome.find_element(By.ID, "path").send_keys("m77.py:148")
    until(chrome, ["src/p37/m77.py:148"])
    assert chrome.get_log("browser") == []


def test_scrolling_brings_more_rows(chrome, tmp_path):
    source = b"with a:\n    with b:\n        pass\n" * 400
    outcome = process(Task("/w/a.py", "a.py", Settings(), data=source))
    path = tmp_path / "r.html"
    path.write_text("".join(format_named("html").render([outcome], Style())), "utf-8")
    shape(chrome, 1400, 900)
    chrome.get(path.as_uri())
    seen = len(rows(chrome))
    assert seen < 400
    chrome.execute_script("const l = document.getElementById('list'); l.scrollTop = l.scrollHeight")
    WebDriverWait(chrome, 20).until(lambda _: len(rows(chrome)) > seen)


def test_nothing_found(chrome, tmp_path):
    outcome = process(Task("/w/a.py", "a.py", Settings(), data=b"x = 1\n"))
    path = tmp_path / "r.html"
    path.write_text("".join(format_named("html").render([outcome], Style())), "utf-8")
    chrome.get(path.as_uri())
    assert texts(chrome, ".clean") == ["All checks passed."]
    assert chrome.get_log("browser") == []


@pytest.mark.parametrize("width", [861, 1024, 1280, 1320, 1920])
def test_nothing_hides_the_first_row(page, report, width):
    shape(page, width, 700)
    page.get(report.as_uri())
    page.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    script = """
        const box = document.getElementById("row-0").getBoundingClientRect();
        const seen = document.elementFromPoint(box.left + 40, box.top + 4);
        return [document.documentElement.scrollWidth, !!seen && !!seen.closest("#row-0")];
    """
    assert page.execute_script(script) == [width, True]
