"""Vendored files, style sheets and scripts keep their promises."""

from __future__ import annotations

import gzip
import hashlib
import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string

STATIC = settings.BASE_DIR / "config" / "static"
TEMPLATES = settings.BASE_DIR / "templates"
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
# Chrome 80 and iOS 13 are the oldest browsers of the phone pages.
TOO_NEW_CSS = (
    "color-mix(",
    "oklch(",
    ":has(",
    ":is(",
    ":where(",
    "inset:",
    "aspect-ratio",
    "clamp(",
    "@layer",
    "@container",
)
TOO_NEW_JS = (
    "?.",
    "??",
    "||=",
    "&&=",
    ".replaceAll(",
    ".at(",
    "structuredClone",
    "eval(",
    "innerHTML",
    "new Function",
)
FIRST_LOAD_OF_THE_PHONE_FORM = 40 * 1024


def vendored():
    table = (STATIC / "vendor" / "VENDOR.md").read_text()
    return dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", table, re.MULTILINE))


def test_every_vendored_file_has_its_checksum_and_every_checksum_holds():
    files = {
        str(path.relative_to(STATIC / "vendor")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").glob("*/*")
        if path.name != "LICENSE"
    }
    assert files == vendored()


def test_every_vendored_folder_holds_its_licence():
    assert all((folder / "LICENSE").exists() for folder in (STATIC / "vendor").iterdir() if folder.is_dir())


def test_nothing_is_loaded_from_another_host():
    addresses = re.compile(r"(?:src|href|url|@import)\s*[=(]?\s*['\"]?(?:https?:)?//")
    guilty = [
        str(path)
        for path in [*STYLES, *SCRIPTS, *TEMPLATES.rglob("*.html")]
        if addresses.search(path.read_text())
    ]
    assert guilty == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_use_nothing_newer_than_chrome_80(path):
    css = path.read_text()
    assert [word for word in TOO_NEW_CSS if word in css] == []
    gaps = [
        rule
        for rule in re.findall(r"\{([^{}]*)\}", css)
        if re.search(r"(?<![-\w])gap:", rule) and "grid" not in rule
    ]
    assert gaps == [], "gap works in grids only: flex gap is missing in Chrome 80 and iOS 13"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_use_nothing_newer_than_chrome_80(path):
    script = path.read_text()
    assert [word for word in TOO_NEW_JS if word in script] == []
    assert script.count("\n") <= 200


def test_both_dark_themes_have_the_same_colours():
    css = (STATIC / "css" / "tokens.css").read_text()
    chosen = re.search(r'^  :root\[data-theme="dark"\] \{(.*?)^  \}', css, re.MULTILINE | re.DOTALL)
    automatic = re.search(r'^  :root\[data-theme="auto"\] \{(.*?)^  \}', css, re.MULTILINE | re.DOTALL)
    assert chosen[1].split() == automatic[1].split()


def test_every_colour_in_use_is_a_token():
    tokens = set(re.findall(r"(--[\w-]+):", (STATIC / "css" / "tokens.css").read_text()))
    used = {name for path in STYLES for name in re.findall(r"var\((--[\w-]+)\)", path.read_text())}
    assert used - tokens == set()


def test_templates_carry_no_inline_style_script_or_handler():
    forbidden = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on")
    guilty = [
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if forbidden.search(path.read_text())
    ]
    assert guilty == []


def test_every_component_says_its_inputs_in_its_first_line():
    silent = [
        path.name
        for path in (TEMPLATES / "components").glob("*.html")
        if not path.read_text().startswith("{# " + path.stem + ": ")
    ]
    assert silent == []


def test_every_icon_named_in_a_template_is_in_the_sprite():
    sprite = next((STATIC / "vendor").glob("tabler-icons-*/icons.svg")).read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite)) | {"ok", "warn", "bad", "info", "mute"}
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text())
    }
    assert named - drawn == set()


def test_the_phone_page_loads_in_forty_kilobytes():
    page = render_to_string("base_bare.html")
    names = set(re.findall(r'(?:href|src)="/static/([^"#]+)', page))
    assert "js/form.js" in names
    size = len(gzip.compress(page.encode())) + sum(
        len(gzip.compress((STATIC / name).read_bytes())) for name in names
    )
    # The form itself may add another 10 KB.
    assert size < FIRST_LOAD_OF_THE_PHONE_FORM - 10 * 1024
