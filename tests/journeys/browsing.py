"""A person at a browser: a thumb that is counted, screens of two sizes, what axe and the eye would complain about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import environ
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from config.demo_data.offices import PASSWORD

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/80.0.3987.99"
    " Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.30.2260 WeChat/arm64 NetType/4G Language/zh_CN"
)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
GRAVE = {"serious", "critical"}
AUTOSAVE_AFTER = 2000  # milliseconds, as config/static/js/form.js has it
AXE = Axe().axe_script
KEPT: dict[tuple[str, str], list] = {}  # cookies by address of the portal and user name
LEADS_ON = 302  # whoever is signed in has no need of the sign-in page
# What a thumb cannot hit (44 px, ux.md section 7) and what the eye cannot read to its end.
TIGHT = """
isPhone => {
  const found = [];
  const isShown = each => {
    const box = each.getBoundingClientRect();
    const isFolded = each.closest("details:not([open]) > :not(summary)"), isHidden = each.closest(".sr, .skip");
    const isClipped = each.closest("thead") && each.closest("thead").getBoundingClientRect().width < 2;
    return box.width > 1 && box.height > 1 && getComputedStyle(each).visibility !== "hidden" && !isFolded && !isHidden && !isClipped;
  };
  const words = each => `${each.tagName.toLowerCase()} ${(each.textContent.trim() || each.name || "").slice(0, 20)}`;
  document.querySelectorAll("main *").forEach(each => {
    const isHiding = getComputedStyle(each).overflowX === "hidden" && each.scrollWidth > each.clientWidth + 1;
    if (isShown(each) && isHiding && each.textContent.trim()) found.push(`cut off: ${words(each)}`);
  });
  if (!isPhone) return found;
  document.querySelectorAll("a, button, summary, select, textarea, input:not([type=hidden])").forEach(each => {
    if (!isShown(each)) return;
    const label = each.labels && each.labels[0], boxes = [each.getBoundingClientRect()];
    if (label && /checkbox|radio|file/.test(each.type)) boxes.push(label.getBoundingClientRect());
    const width = Math.max(...boxes.map(box => box.width)), height = Math.max(...boxes.map(box => box.height));
    if (width < 43.5 || height < 43.5) found.push(`${Math.round(width)} x ${Math.round(height)} px: ${words(each)}`);
  });
  return found;
}
"""


# Only what is grave comes over from the browser; what a page was given for the other size is there already.
RUN = f"""
() => axe.run({json.dumps(RULES)}).then(said =>
  said.violations.filter(each => {json.dumps(sorted(GRAVE))}.includes(each.impact))
)
"""


@contextmanager
def on_phone(browser: Browser, address: str, username: str = "", **options: object) -> Iterator[Page]:
    """A page in WeChat's browser on a phone; with a user name, somebody of the demo is signed in."""
    with _page(browser, address, viewport=PHONE, user_agent=WECHAT, has_touch=True, **options) as page:
        if username:
            be(page, address, username)
        yield page


@contextmanager
def at_desk(browser: Browser, address: str, username: str = "", **options: object) -> Iterator[Page]:
    """A page on a small laptop; with a user name, somebody of the demo is signed in."""
    with _page(browser, address, viewport=DESK, **options) as page:
        if username:
            be(page, address, username)
        yield page


@contextmanager
def _page(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(base_url=address, locale="zh-CN", **options)
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    # A page answered with 4xx complains about itself; scripts and blocked styles are what is looked for.
    assert not [text for text in complaints if "Failed to load resource" not in text], complaints


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.goto("/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("form.panel button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)


def be(page: Page, address: str, username: str) -> None:
    """Signed in by the sign-in page for the first time, and with the session it gave for as long as that lasts."""
    if cookies := KEPT.get((address, username)):
        page.context.add_cookies(cookies)
        if page.request.get("/login/", max_redirects=0).status == LEADS_ON:
            return
        page.context.clear_cookies()
    sign_in(page, username)
    KEPT[address, username] = page.context.cookies()


@dataclass
class Thumb:
    """Counts what the secretary does."""

    taps: int = 0
    keys: int = 0
    typed: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long a slow typist takes: 250 ms a key, and a second to find what to tap (ux.md, check 4)."""
        return self.keys * 0.25 + self.taps

    def tap(self, what: Locator) -> None:
        what.click()
        self.taps += 1

    def type(self, where: Locator, text: str) -> None:
        where.fill(text)
        self.keys += len(text)
        self.typed.append(where.get_attribute("name") or "")


def pause(page: Page) -> None:
    """Nobody types for as long as autosave waits; by the page's own clock, which `clock.install` has made movable."""
    page.clock.fast_forward(AUTOSAVE_AFTER)


def shoot(page: Page, name: str) -> None:
    """A picture of the whole page where SCREENSHOTS names a folder."""
    folder = environ.Env().str("SCREENSHOTS", default="")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def complaints_of(page: Page, name: str) -> list[str]:
    """What is grave for axe here, what is cut off, and on the phone: sideways scrolling, small targets."""
    return violations_of(page, name) + tightness_of(page, name)


def violations_of(page: Page, name: str) -> list[str]:
    """What is grave for axe on the whole page."""
    with in_full_height(page):
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE)
        found = page.evaluate(RUN)
    return [
        f"{name}: {each['id']} {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for each in found
        for node in each["nodes"][:3]
    ]


@contextmanager
def in_full_height(page: Page) -> Iterator[None]:
    """The page without scrolling: at some place of scrolling a sticky bar always covers half a button."""
    view = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    if not view or height <= view["height"]:
        yield
        return
    top = page.evaluate("scrollY")
    page.set_viewport_size({"width": view["width"], "height": height})
    try:
        yield
    finally:
        page.set_viewport_size(view)
        page.evaluate("top => scrollTo(0, top)", top)


def tightness_of(page: Page, name: str) -> list[str]:
    """What is cut off, and on the phone sideways scrolling and small targets."""
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    is_phone = width[1] == PHONE["width"]
    found = [f"{width[0]} px wide on a phone of {width[1]}"] if is_phone and width[0] > width[1] else []
    return [f"{name}: {each}" for each in found + page.evaluate(TIGHT, is_phone)[:5]]
