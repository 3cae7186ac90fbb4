"""The two scripts in a real browser: drafts, autosave, loss of connection, picker, keys, toasts."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from playwright.sync_api import expect, sync_playwright

from config.browser import chromium

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
UNITS = [
    {
        "id": 7,
        "name": "材料与化工学院团委",
        "path": "海南大学 › 材料与化工学院团委",
        "kind": "college",
        "n_children": 12,
    },
    {
        "id": 8,
        "name": "2012级1班团支部",
        "path": "海南大学 › 材料与化工学院团委 › 2012级1班团支部",
        "kind": "branch",
        "n_children": 0,
    },
]
FORM = """{% extends "base_bare.html" %}{% load league %}{% block main %}
<form id="f" method="post" action="/sent" data-draft-key="round-1" data-autosave-url="/save">
  <label for="nick">昵称</label><input id="nick" name="nick">
  <div data-stepper><button type="button" data-step="-1" data-js hidden>减</button><input id="n" name="n" value="1" type="number" min="0" max="3"><button type="button" data-step="1" data-js hidden>加</button></div>
  {% include "components/suggestion.html" with target="nick" value="法学2012级1班团支部微信群" %}
  {% include "components/autosave.html" %}<button type="submit">提交</button>
</form>{% endblock %}"""
RECEIPT = (
    """{% extends "base_bare.html" %}{% block main %}<p data-draft-clear="round-1">已提交</p>{% endblock %}"""
)
DESK = """{% extends "base.html" %}{% block heading %}工作台{% endblock %}{% block main %}
{% include "components/unit_picker.html" with name="unit" label="团组织" url="/units" %}
<button type="button" data-hotkey="a" data-theme-choice="dark">通过</button>{% endblock %}"""
ATTENTION = """{% extends "base.html" %}{% block heading %}团支部{% endblock %}{% block main %}
{% include "accounts/unit/_attention.html" %}{% endblock %}"""
INCIDENT = {
    "get_absolute_url": "/incidents/1/",
    "get_category_display": "诈骗信息",
    "unit": {"name": "1班团支部"},
}
SEEN_TO = {"lines": [("账号信息", 2, "/accounts/")], "n_incidents": 1}
SEEN_TO |= {"incidents": [{"incident": INCIDENT, "tone": "warn", "taken": "3小时", "is_waiting": True}]}
SHELL = {"csrf_token": "t", "theme": "light", "panel": {"context": SEEN_TO}}


@dataclass
class Site:
    """What the browser visits and what it has posted."""

    address: str = ""
    posted: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, *args, site, **kwargs) -> None:
        self.site = site
        super().__init__(*args, **kwargs)

    def do_GET(self):
        path = urlsplit(self.path).path
        pages = {"/form": FORM, "/receipt": RECEIPT, "/desk": DESK, "/unit": ATTENTION}
        if path in pages:
            self._answer(
                Template(pages[path]).render(Context(SHELL)).encode(),
                "text/html; charset=utf-8",
            )
        elif path == "/units":
            self._answer(json.dumps({"results": UNITS}).encode(), "application/json")
        elif path.startswith("/static/") and (found := finders.find(path.removeprefix("/static/"))):
            kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
            self._answer(Path(found).read_bytes(), kinds[Path(found).suffix])
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.site.posted.append((self.path, parse_qs(body)))
        if self.path == "/save":
            self._answer(b'{"version": 1}', "application/json")
        else:
            self._answer(b"sent", "text/plain")

    def _answer(self, body, kind):
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """The test says what went wrong."""


@pytest.fixture(scope="module")
def site():
    site = Site()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, site=site))
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()


@pytest.fixture(scope="module")
def browser():
    if not chromium():
        pytest.skip("needs Chromium on the PATH")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield opened
        opened.close()


def is_complaint(message) -> bool:
    """An error on the console; that the bare answer to a POST has no icon is not one, and comes when it likes."""
    return message.type == "error" and not message.location["url"].endswith("/favicon.ico")


@pytest.fixture
def page(browser, site):
    assert settings.STATIC_URL == "/static/"
    site.posted.clear()
    context = browser.new_context(base_url=site.address, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.complaints = []
    page.on(
        "console", lambda message: page.complaints.append(message.text) if is_complaint(message) else None
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


pytestmark = pytest.mark.browser


def test_a_thumb_hits_every_link_of_what_is_to_be_seen_to(page):
    page.goto("/unit")
    links = page.locator("section.card a")
    expect(links).to_have_count(2)
    boxes = [link.bounding_box() for link in links.all()]
    assert all(box["width"] >= 44 and box["height"] >= 44 for box in boxes), boxes


def test_what_was_typed_survives_a_reload_and_goes_with_the_receipt(page):
    page.goto("/form")
    page.fill("#nick", "环工二班")
    page.reload()
    expect(page.locator("#nick")).to_have_value("环工二班")
    page.goto("/receipt")
    page.goto("/form")
    expect(page.locator("#nick")).to_have_value("")


def test_a_form_saves_itself_two_seconds_after_the_last_key(page, site):
    page.goto("/form")
    page.fill("#nick", "环工二班")
    expect(page.locator("[data-autosave-state]")).to_contain_text("已自动保存")
    assert [path for path, _values in site.posted] == ["/save"]


def test_a_lost_connection_is_said_and_nothing_typed_is_lost(page, site):
    page.goto("/form")
    page.context.set_offline(True)
    expect(page.locator("[data-offline-bar]")).to_be_visible()
    page.fill("#nick", "环工二班")
    expect(page.locator("[data-autosave-state]")).to_contain_text("已存在本机")
    page.context.set_offline(False)
    expect(page.locator("[data-offline-bar]")).to_be_hidden()
    expect(page.locator("[data-autosave-state]")).to_contain_text("已自动保存")


def test_a_submit_pressed_while_offline_is_sent_once_when_the_connection_is_back(page, site):
    page.goto("/form")
    page.context.set_offline(True)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-autosave-state]")).to_contain_text("联网后自动继续提交")
    with page.expect_navigation():
        page.context.set_offline(False)
    assert [path for path, _values in site.posted].count("/sent") == 1


def test_a_double_click_submits_once(page, site):
    page.goto("/form")
    with page.expect_navigation():
        page.evaluate(
            "() => { var b = document.querySelector('button[type=submit]'); b.click(); b.click(); }"
        )
    assert [path for path, _values in site.posted].count("/sent") == 1


def test_a_form_still_works_where_storage_is_forbidden(page, site):
    page.add_init_script("Storage.prototype.setItem = function () { throw new Error('private'); };")
    page.goto("/form")
    page.fill("#nick", "环工二班")
    with page.expect_navigation():
        page.get_by_role("button", name="提交").click()
    assert ("/sent", {"nick": ["环工二班"], "n": ["1"]}) in site.posted
    assert page.complaints == []


def test_the_stepper_stops_at_its_limits_and_the_suggestion_fills_in(page):
    page.goto("/form")
    for _ in range(4):
        page.get_by_role("button", name="加").click()
    expect(page.locator("#n")).to_have_value("3")
    page.get_by_role("button", name="按规范填入").click()
    expect(page.locator("#nick")).to_have_value("法学2012级1班团支部微信群")


def test_a_unit_is_picked_with_the_keyboard(page):
    page.goto("/desk")
    box = page.get_by_role("combobox", name="团组织")
    box.fill("材料")
    expect(page.get_by_role("option")).to_have_count(2)
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("2012级1班团支部")
    assert page.locator("input[name=unit]").input_value() == "8"
    box.press("Backspace")
    assert page.locator("input[name=unit]").input_value() == "", "a changed name must not keep the old choice"
    assert page.complaints == []


def test_keys_act_outside_of_text_boxes_only(page):
    page.goto("/desk")
    page.get_by_role("combobox").press("a")
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.locator("h1").click()
    page.keyboard.press("a")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_ctrl_enter_sends_even_from_a_text_box(page):
    page.goto("/desk")
    page.evaluate("document.querySelector('[data-hotkey=a]').setAttribute('data-hotkey', 'ctrl+enter')")
    page.get_by_role("combobox").press("Control+Enter")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_toast_offers_undo(page):
    page.goto("/desk")
    page.evaluate(
        "document.body.dispatchEvent(new CustomEvent('toast', {detail: {message: '已通过', undo_url: '/undo'}}))"
    )
    expect(page.get_by_role("status").filter(has_text="已通过")).to_be_visible()
    expect(page.get_by_role("button", name="撤销")).to_be_visible()
