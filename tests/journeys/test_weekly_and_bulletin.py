"""Monday in the committee's office: who is below the line (ux checks 18, 19), the bulletin in two clicks (20), on paper (25)."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

pytest.importorskip("playwright.sync_api")

from tests.journeys import browsing

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

# Straight from the rows of the snapshot: children of the unit with a rate below 80%, people lacking.
LOW = """
from orgs.models import OrgUnit
from reporting.models import ClosedWeek, WeekUnit
week = ClosedWeek.objects.newest_editions().last()
unit = OrgUnit.objects.get(code=unit_code)
rows = WeekUnit.objects.for_week(week.pk).filter(parent_id=unit.pk, is_open=True)
answer = {}
for row in rows.with_coverage():
    is_rate = row.sub_holders > row.sub_unreported and row.coverage_part is not None and row.coverage_base
    if is_rate and row.coverage_part * 100 < row.coverage_base * 80:
        answer[row.name] = -(-row.coverage_base * 80 // 100) - row.coverage_part
"""
FROZEN = """
from reporting.models import Bulletin, WeekUnit
from reporting.bulletin_figures import Figures
bulletin = Bulletin.objects.get(pk=pk)
rows = {row.unit_id: row for row in WeekUnit.objects.for_week(bulletin.closed_week_id).with_coverage()}
figures = Figures.of(bulletin.figures)
answer = {
    "state": bulletin.state,
    "equal": all((each.coverage.part, each.coverage.base) == (rows[each.unit_id].coverage_part, rows[each.unit_id].coverage_base)
        for each in figures.units),
    "rows": [[each.name, each.coverage.shown_part, each.coverage.base] for each in figures.units],
}
"""
LATER = """
from accounts.models import Account
from orgs.models import OrgUnit
Account.objects.filter(unit__code__startswith=unit_code).update(contacts=1)
answer = OrgUnit.objects.filter(parent__code=unit_code).update(short_name="")
"""


def test_who_is_below_the_line_and_who_answers_for_it(chromium, demo):
    with browsing.at_desk(chromium, demo.portal.url, "shengwei") as page:
        page.goto("/")
        page.click("nav.side a[href='/weekly/']")
        page.wait_for_url("**/weekly/**")
        rows = page.locator(".low-table tbody tr")
        listed = {row.locator("td.name a").inner_text(): row for row in rows.all()}
        expected = demo.portal.ask(LOW, unit_code="46")
        assert {
            name: int(_cell(row, "还差（人）").replace(",", "")) for name, row in listed.items()
        } == expected
        for row in listed.values():
            assert _cell(row, "第一责任人、联络员").strip()


def _cell(row, label) -> str:
    return row.locator(f"td[data-label='{label}']").inner_text()


def test_the_heat_table_keeps_its_heads_and_says_everything_in_words(chromium, demo):
    with browsing.at_desk(chromium, demo.portal.url, "shengwei") as page:
        page.goto("/weekly/")
        cells = page.locator(".heat tbody td")
        assert cells.count() >= 100
        assert all(text.strip() for text in cells.all_inner_texts())
        assert page.locator(".heat tbody th[scope=row]").count() * 10 == cells.count()
        style = "each => getComputedStyle(each).position"
        assert page.locator(".heat tbody th").first.evaluate(style) == "sticky"
        assert page.locator(".heat thead th").last.evaluate(style) == "sticky"
        region = page.locator("[role=region]:has(.heat)")
        assert region.get_attribute("tabindex") == "0"
        # Every figure is reached by the keyboard: its link takes the focus, one after the other.
        page.locator(".heat tbody th a").first.focus()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('td') !== null")
        _weekly_on_paper(page)


def _weekly_on_paper(page) -> None:
    """A4, three pages at most, nothing to click on it, heads repeated, nothing beside the paper; two weeks compared as well."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 695, "height": 1000})  # 184 mm, as wide as the paper within its margins
    _fits_on_paper(page)
    paper = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) <= 3
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]", paper)  # A4, in points
    other = page.locator("#compared nav a.chip").first.get_attribute("href")
    page.goto(f"/weekly/{other}" if other.startswith("?") else other)
    assert page.locator("#compared table").is_visible()
    assert not page.locator("#compared form").is_visible()
    _fits_on_paper(page)


def _fits_on_paper(page) -> None:
    seen = "all => all.filter(each => each.offsetParent).length"
    assert page.locator(".side, .btn, .chips").evaluate_all(seen) == 0
    heads = page.locator("main thead").evaluate_all("all => all.map(each => getComputedStyle(each).display)")
    assert set(heads) == {"table-header-group"}
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_two_clicks_from_the_weekly_page_to_a_published_bulletin(chromium, demo, tmp_path):
    with browsing.at_desk(chromium, demo.portal.url, "haida") as page:
        page.goto("/weekly/")
        page.get_by_role("button", name="生成本周通报").click()
        page.wait_for_url(re.compile(r"/bulletins/\d+/$"))
        browsing.shoot(page, "bulletin-draft-1366")
        preview = _content(page)
        page.get_by_role("button", name="发布", exact=True).click()
        page.get_by_text("已发布，并通知收件单位签收。").wait_for()
        browsing.shoot(page, "bulletin-1366")
        pk = int(re.search(r"/bulletins/(\d+)/", page.url)[1])
        frozen = demo.portal.ask(FROZEN, pk=pk)
        assert (frozen["state"], frozen["equal"]) == ("published", True)
        shown = [row.locator("td").all_inner_texts()[1:4] for row in page.locator("#coverage tbody tr").all()]
        assert shown == [[name, _shown(part), _shown(base)] for name, part, base in frozen["rows"]]
        assert _content(page) == preview
        published = page.locator("article").inner_text()
        demo.portal.ask(LATER, unit_code="46-U01")
        page.reload()
        assert page.locator("article").inner_text() == published
        _printed(page, tmp_path)


def _shown(number) -> str:
    return "—" if number is None else f"{number:,}"


def _content(page) -> list[str]:
    """Paragraphs and tables: number and date alone come with the publication."""
    return page.locator("article .paper-text, article .paper-table").all_inner_texts()


def _printed(page, folder) -> None:
    """A4 in the customary margins, without buttons and navigation, the head of a table on every page it goes on."""
    file = folder / "bulletin.pdf"
    page.pdf(path=file, prefer_css_page_size=True, print_background=True)
    if not shutil.which("pdftotext"):
        return
    facts = subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Page size: +59[45]\.\d* x 84[12]\.?\d* pts \(A4\)", facts)
    text = subprocess.run(
        ["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True
    ).stdout
    for word in ("下载 Word", "打印", "工作台", "看哪些单位没有签收", "起草更正"):
        assert word not in text
    assert "周通报〔" in text
    box = subprocess.run(["pdftotext", "-bbox", file, "-"], check=True, capture_output=True, text=True).stdout
    left = min(float(each) for each in re.findall(r'xMin="([\d.]+)"', box))
    right = max(float(each) for each in re.findall(r'xMax="([\d.]+)"', box))
    top = min(float(each) for each in re.findall(r'yMin="([\d.]+)"', box))
    points = 72 / 25.4
    assert left >= 28 * points - 1
    assert right <= (210 - 26) * points + 2
    assert top >= (37 - 10) * points  # a font's box reaches above its line


def test_a_county_signs_on_the_phone_with_one_tap(chromium, demo):
    with browsing.on_phone(chromium, demo.portal.url, "qionghai") as page:
        page.goto("/")
        page.get_by_role("link", name="去签收").first.click()
        page.wait_for_url("**/bulletins/**")
        browsing.shoot(page, "bulletins-390")
        page.get_by_role("button", name="签收").first.click()
        page.get_by_text("已签收。").wait_for()
        browsing.shoot(page, "bulletin-390")
        assert browsing.complaints_of(page, "bulletin on the phone") == []
