"""帮助: every page has its section, every link and picture leads somewhere, what is bold is what the portal shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import get_commands
from django.template.loader import render_to_string
from django.urls import reverse

from config import manual
from config.manual_contents import CHAPTERS, GUIDES, PUBLIC, TOPICS
from config.manual_pages import PAGES, SECTIONS
from config.manual_text import find, sections_of
from orgs.choices import Role
from tests.architecture.matrix import MATRIX, TOKEN

ROOT = Path(settings.BASE_DIR)
PICTURES = ROOT / "config" / "static" / "manual"
NO_PAGES = {"healthz", "api:openapi-json"}
ANCHORS = {f"{slug}#{each.key}" for slug in TOPICS for each in sections_of(slug)}
LARGEST_OF_ALL = 3 * 1024 * 1024
LARGEST = 200 * 1024


def html_of(slug: str) -> str:
    return render_to_string(TOPICS[slug].template)


def interface() -> str:
    """All words of pages outside the manual: templates, and the source for labels, states and verbs."""
    templates = [path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "help"]
    shown = [ROOT / "templates" / "help" / f"{name}.html" for name in ("list", "all", "card", "topic")]
    sources = [
        path
        for app in ("orgs", "accounts", "reporting", "scoring", "config")
        for path in (ROOT / app).rglob("*.py")
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*templates, *shown, *sources])


def test_every_page_has_exactly_one_section_and_every_section_named_is_there():
    pages = {name for name, row in MATRIX.items() if row.verb != TOKEN} - NO_PAGES
    assert set(PAGES) == pages, (
        "name the section of a new page in config/manual_pages.py, and write it in templates/help"
    )
    assert sum(len(names.split()) for names in SECTIONS.values()) == len(PAGES)
    assert set(SECTIONS) <= ANCHORS


def test_every_section_of_a_chapter_is_about_a_page():
    chapters = {each.slug for each in CHAPTERS}
    assert {each for each in ANCHORS if each.partition("#")[0] in chapters} == set(SECTIONS)


def test_every_role_has_a_guide():
    assert {role for each in GUIDES for role in each.roles} == set(Role.values)


@pytest.mark.parametrize("slug", TOPICS)
def test_sections_are_read_whole_and_say_something(slug):
    html = html_of(slug)
    assert len(sections_of(slug)) == html.count("<section") > 0
    for each in sections_of(slug):
        assert len(each.text) > 40, each.key
        assert "<script" not in each.body
        assert "style=" not in each.body


@pytest.mark.parametrize("slug", TOPICS)
def test_every_link_leads_to_a_section(slug):
    start = reverse("list-manual")
    for address in re.findall(r'href="([^"]+)"', html_of(slug)):
        assert address.startswith(start), address
        topic, _hash, key = address.removeprefix(start).partition("#")
        assert f"{topic.rstrip('/')}#{key}" in ANCHORS, address


def test_every_word_in_bold_stands_in_the_portal():
    words = interface()
    bold = {word for slug in TOPICS for word in re.findall(r"<b>([^<]+)</b>", html_of(slug))}
    assert sorted(word for word in bold if word not in words) == []


def test_every_command_the_manual_names_exists():
    named = {name for slug in TOPICS for name in re.findall(r"manage\.py ([a-z_]+)", html_of(slug))}
    assert named <= set(get_commands())


def test_every_picture_is_there_is_used_and_is_small():
    used = {
        name
        for slug in TOPICS
        for name in re.findall(r'src="[^"]*manual/([a-z-]+)\.[^"]*webp"', html_of(slug))
    }
    files = {path.stem: path.stat().st_size for path in PICTURES.glob("*.webp")}
    assert used == set(files)
    assert max(files.values()) <= LARGEST
    assert sum(files.values()) <= LARGEST_OF_ALL


def test_what_people_call_it_is_found():
    """Words of the street, a sentence without spaces, words between spaces, a word of Latin letters."""
    wanted = {
        "催报": "progress#chase",
        "忘记密码": "sign-in#login",
        "被退回怎么改": "secretary#returned",
        "换 管理员": "registry#administrators",
        "TOTP": "sign-in#second-factor",
        "totp": "sign-in#second-factor",
        "没有网络": "fill#form",
        "导出 excel": "weekly#export",
    }
    for text, anchor in wanted.items():
        found = [f"{each.section.topic.slug}#{each.section.key}" for each in find(text)[:5]]
        assert anchor in found, (text, found)


def test_what_is_not_there_is_not_found():
    assert find("量子纠缠") == []
    assert find("") == find("   ") == []


def test_a_hit_is_shown_with_what_stands_around_it():
    found = next(each for each in find("备用码") if each.section.topic.slug == PUBLIC)
    assert found.hit == "备用码"
    assert f"{found.before.lstrip('…')}{found.hit}{found.after.rstrip('…')}" in found.section.text


def test_the_address_follows_the_page_and_who_reads():
    queue = manual.address_for("accounts:list-review", is_signed_in=True)
    assert queue == reverse("show-manual", args=["review"]) + "#queue"
    assert manual.address_for("", is_signed_in=True) == reverse("list-manual")
    assert manual.address_for("orgs:login", is_signed_in=False) == reverse("show-sign-in-manual") + "#login"
    assert manual.address_for("accounts:list-review", is_signed_in=False) == reverse("show-sign-in-manual")


@pytest.mark.django_db
def test_pages_lead_to_their_section(sign_in, client):
    shown = sign_in("college").get(reverse("accounts:list-review")).content.decode()
    assert f'href="{reverse("show-manual", args=["review"])}#queue"' in shown
    missing = sign_in("college").get("/orgs/0/").content.decode()
    assert f'href="{reverse("show-manual", args=["units"])}#unit"' in missing
    login = client.get(reverse("orgs:login")).content.decode()
    assert f'href="{reverse("show-sign-in-manual")}#login"' in login


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "own"),
    [
        ("secretary", {"secretary"}),
        ("college", {"college"}),
        ("province", {"province", "inspector", "assessor", "auditor"}),
        ("auditor", {"inspector", "assessor"}),
        ("sysadmin", {"sysadmin", "auditor"}),
        ("nobody", set()),
    ],
)
def test_the_start_page_begins_with_the_own_work(sign_in, key, own):
    answer = sign_in(key).get(reverse("list-manual"))
    assert {each.slug for each in answer.context["own"]} == own
    assert {each.slug for each in answer.context["own"] + answer.context["others"]} == {
        each.slug for each in GUIDES
    }


@pytest.mark.django_db
def test_searching_and_finding_nothing_are_answered_in_words(sign_in):
    client = sign_in("secretary")
    assert "找到" in client.get(reverse("list-manual"), {"q": "退回"}).content.decode()
    nothing = client.get(reverse("list-manual"), {"q": "<script>量子纠缠"})
    assert "手册里没有找到" in nothing.content.decode()
    assert "<script>量子" not in nothing.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", [slug for slug in TOPICS if slug != PUBLIC])
def test_every_topic_opens_for_whoever_is_signed_in_and_an_unknown_one_does_not(sign_in, client, slug):
    answer = sign_in("nobody").get(reverse("show-manual", args=[slug]))
    assert answer.status_code == 200
    assert [each.key for each in answer.context["sections"]] == [each.key for each in sections_of(slug)]
    assert client.get(reverse("show-manual", args=[slug])).status_code == 302
    assert sign_in("nobody").get(reverse("show-manual", args=[f"{slug}-unknown"])).status_code == 404


@pytest.mark.django_db
def test_the_first_chapter_opens_for_everybody(client, sign_in, cast):
    address = reverse("show-sign-in-manual")
    stranger = client.get(address)
    assert stranger.status_code == 200
    assert isinstance(stranger.wsgi_request.user, AnonymousUser)
    assert "接受邀请" in stranger.content.decode()
    person = cast["college"]
    person.must_change_password = True
    person.save(update_fields=["must_change_password"])
    halfway = sign_in("college")
    assert halfway.get(address).status_code == 200, "who has to choose a password may read how"
    assert halfway.get(reverse("list-manual")).status_code == 302


@pytest.mark.django_db
def test_the_whole_manual_is_one_page_for_paper(sign_in):
    answer = sign_in("secretary").get(reverse("print-manual"))
    ids = re.findall(r' id="([^"]+)"', answer.content.decode())
    assert len(ids) == len(set(ids)), "an id twice is an anchor that leads astray"
    assert [topic.slug for topic, _sections in answer.context["parts"]] == list(TOPICS)
