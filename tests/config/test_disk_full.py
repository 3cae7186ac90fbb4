"""E2: the disk runs full while drafts and papers come in; what was acknowledged is there, and nothing half-written is."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import time

import pytest

from config.bench.secretary import Secretary
from tests.journeys.portal import Portal

pytestmark = [pytest.mark.long, pytest.mark.servers, pytest.mark.once]

ROOM = 4 * 1024**2
PAPER = 300_000  # bytes; encrypted and in base64 twice as much
SEED = """
from accounts.models import Expected
from config.bench.evening import _session
from scoring.operations.schemes import load_shipped
from scoring.operations.sheets import open_year
from tests import cast as people, world as units
from tests.accounts.forms import launch
world = units.build()
cast = people.build(world)
launch(world, cast)
load_shipped()
sheet = next(each for each in open_year(2026) if each.unit.code == "qh")
answer = {
    "expected": Expected.objects.get(unit__code="hnu-law-1201").pk,
    "sheet": sheet.pk,
    "score": sheet.scores.order_by("pk").first().pk,
    "secretary": _session(cast["secretary"]),
    "city": _session(cast["city"]),
}
"""
KEPT = """
from accounts.models import SubmissionRow
from scoring.models import Evidence
answer = {
    "papers": list(Evidence.objects.values_list("sha256", flat=True)),
    "count": int(SubmissionRow.objects.get(submission__unit__code="hnu-law-1201").values["contacts"]),
}
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """A prepared portal whose data stand on a disk of their own with four megabytes to spare."""
    if os.geteuid():
        pytest.skip("NOT TESTED: only root may mount a small disk")
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.manage("prepare")
    facts = portal.ask(SEED)
    size = sum(each.stat().st_size for each in portal.folder.rglob("*") if each.is_file())
    disk = tmp_path_factory.mktemp("disk")
    mounted = mount(disk, size + ROOM)
    if mounted.returncode:
        pytest.skip(f"NOT TESTED: no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        shutil.copytree(portal.folder, disk, dirs_exist_ok=True)
        portal.settings["DATA_DIR"] = str(disk)
        yield portal, disk, facts
    finally:
        subprocess.run(["umount", "--lazy", disk], check=False)


def mount(disk, size, *options):
    given = ",".join([*options, f"size={size}"])
    command = ["mount", "-t", "tmpfs", "-o", given, "tmpfs", disk]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class Unit(Secretary):
    """Adds papers to a criterion of its sheet."""

    def add_paper(self, path: str, data: bytes) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        head = 'Content-Disposition: form-data; name="{}"{}\r\n\r\n'
        parts = [head.format("csrfmiddlewaretoken", "").encode() + self._csrf.encode()]
        parts += [head.format("file", '; filename="a.pdf"\r\nContent-Type: application/pdf').encode() + data]
        body = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"
        cookies = f"sessionid={self.session}; csrftoken={self._cookie}"
        headers = {"Cookie": cookies, "Content-Type": "multipart/form-data; boundary=limit"}
        link.request("POST", path, body=body, headers=headers)
        answer = link.getresponse()
        return answer.status, answer.read().decode()


def signed_in(made, portal, expected, session, page):
    person = made(portal.port, expected, session, (0, 0), time.monotonic() + 600)
    person._learn(person._ask("GET", page, None).text)
    return person


def paper(n: int) -> bytes:
    return (
        b"%PDF-1.4\n% " + hashlib.sha256(str(n).encode()).hexdigest().encode() * (PAPER // 64) + b"\n%%EOF\n"
    )


def test_what_was_acknowledged_before_and_after_a_full_disk_is_there(installation):
    portal, disk, facts = installation
    form, add = f"/collect/{facts['expected']}/", f"/assess/{facts['sheet']}/"
    refused, papers, count = [], [], 0
    with portal.running(works=False):
        secretary = signed_in(Secretary, portal, facts["expected"], facts["secretary"], form)
        city = signed_in(Unit, portal, 0, facts["city"], add)

        def both(n: int) -> int:
            """How much of a draft and a paper was acknowledged."""
            nonlocal count
            draft = secretary._ask("POST", f"{form}autosave/", secretary._typed(n))
            if draft.status == 200:
                secretary._version, count = str(json.loads(draft.text)["version"]), n
            status, text = city.add_paper(f"{add}scores/{facts['score']}/evidence/", paper(n))
            if status == 302:
                papers.append(hashlib.sha256(paper(n)).hexdigest())
            said = [(draft.status, draft.text), (status, text)]
            refused.extend(each for each in said if each[0] not in {200, 302})
            return 2 - sum(each[0] not in {200, 302} for each in said)

        n = 1
        while len(refused) < 12 and n < 60:
            both(n)
            n += 1
        assert len(papers) > 1, refused[:2]
        assert len(refused) >= 12
        assert {(status, "磁盘已满" in text) for status, text in refused} == {(503, True)}
        assert list(disk.rglob("*.part")) == []
        assert mount(disk, 200 * 1024**2, "remount").returncode == 0
        assert both(n) == 2, "it goes on by itself"
    told = portal.manage("check_integrity", "--files")
    assert "没有发现问题" in told
    kept = portal.ask(KEPT)
    assert sorted(kept["papers"]) == sorted(papers)
    assert kept["count"] >= count
