"""Names as long and as rare as they come, and the organisation picker on the tree of the demo (ux.md, checks 13 and 14)."""

from __future__ import annotations

import io

import openpyxl
import pytest

playwright = pytest.importorskip("playwright.sync_api")

from tests.journeys import browsing, successors  # noqa: E402 - needs playwright

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

UNIT = "海南大学信息科学与技术学院（网络空间安全学院）𠮷田·International-中外合作2012级𬭎字国际实验2班团支部"
PERSON = "阿卜杜热依木·𠮷买买提·𬭎江尔"
TAIL = 8  # characters that tell siblings apart
MOST_FOUND = 20
NAME_THE_BRANCH = """
from accounts.models import Expected
from orgs.models import User
from orgs.operations import tree
expected = Expected.objects.select_related("unit").get(pk=pk)
tree.rename_unit(expected.unit, name=name, by=User.objects.get(username="haida"))
answer = {"unit": expected.unit_id, "college": expected.unit.parent_id, "round": expected.round_id}
"""
# Of every text that is shown and ends the name: whether its last character lies within the window.
TAILS = """
tail => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, at = node.textContent.lastIndexOf(tail);
    if (at < 0 || node.parentElement.closest(".sr, script, title, option, details:not([open])")) continue;
    const range = document.createRange();
    range.setStart(node, at + tail.length - 1);
    range.setEnd(node, at + tail.length);
    const box = range.getBoundingClientRect();
    if (box.width) found.push(box.left >= 0 && box.right <= innerWidth + 1);
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def named(demo):
    """A branch and its new secretary with such names."""
    assert (len(UNIT), len(PERSON)) == (60, 15)
    secretary = successors.invite(demo.portal, "13800000177", PERSON)
    return secretary, demo.portal.ask(NAME_THE_BRANCH, pk=secretary.expected, name=UNIT)


def look(page, *names: str) -> list[str]:
    """At both sizes: what is tight, and whose name doesn't end within the window."""
    found = []
    for size in (browsing.PHONE, browsing.DESK):
        page.set_viewport_size(size)
        where = f"{page.url} {size['width']}"
        found += browsing.tightness_of(page, where)
        for name in names:
            tails = page.evaluate(TAILS, name[-TAIL:])
            if not tails or not all(tails):
                found.append(f"{where}: …{name[-TAIL:]} {tails}")
    return found


def test_long_and_rare_names_are_read_to_their_end_and_exported_unchanged(demo, chromium, named):
    """Check 13."""
    secretary, ids = named
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        phone.goto(secretary.link)
        found = look(phone, UNIT)
        successors.accept(phone, secretary)
        found += look(phone, UNIT)
        successors.fill(phone, tail="0177", admin_name=PERSON)
        found += look(phone, UNIT, PERSON)
        phone.get_by_role("button", name="确认提交").click()
        phone.wait_for_url("**/receipt/")
        found += look(phone, UNIT)
        file = phone.request.get(f"/collect/annex/{ids['round']}/{ids['unit']}/").body()
    with browsing.at_desk(chromium, demo.portal.url, "haida") as desk:
        for path in (f"/orgs/{ids['unit']}/", f"/orgs/{ids['college']}/", f"/search/?q={UNIT[-TAIL:]}"):
            desk.goto(path)
            found += look(desk, UNIT)
        desk.goto(f"/people/?q={UNIT}")
        found += look(desk, UNIT, PERSON)
        browsing.shoot(desk, "names-1366")
    assert found == [], "\n".join(found)
    book = openpyxl.load_workbook(io.BytesIO(file))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    assert any(UNIT in cell for cell in cells)
    assert PERSON in cells


def test_a_unit_is_picked_from_the_tree_with_the_keyboard(demo, chromium, named):
    """Check 14, but for the time a search takes in a tree of 700,000 units."""
    _secretary, ids = named
    with browsing.at_desk(chromium, demo.portal.url, "shengwei") as desk:
        desk.goto(f"/orgs/{ids['college']}/move/")
        box = desk.locator("[data-picker-text]").first
        box.focus()
        desk.keyboard.type("信息科")
        options = desk.get_by_role("option")
        playwright.expect(options.first).to_be_visible()
        assert 1 < options.count() <= MOST_FOUND
        paths = options.locator("small").all_inner_texts()
        assert len(paths) == options.count()
        assert all("海南" in path for path in paths), paths
        desk.keyboard.press("ArrowDown")
        desk.keyboard.press("ArrowDown")
        playwright.expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
        desk.keyboard.press("Enter")
        playwright.expect(options).to_have_count(0)
        assert desk.locator("[data-picker-value]").first.input_value()
        assert "信息科" in box.input_value() or "信息" in box.input_value()
        assert desk.url.endswith("/move/"), "Enter in the list sends nothing"
