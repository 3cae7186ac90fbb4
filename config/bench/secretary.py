"""One secretary on the deadline evening: opens the form, types (autosaved five times), checks, hands in.

Whatever is not answered is sent again, as the page's own script and an impatient thumb would; what counts is what was
acknowledged. Talks HTTP with the standard library, so that the load costs little.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

AUTOSAVES = 5
PATIENCE = 40  # seconds that a browser waits for an answer
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_HIDDEN = r'name="{}" value="([^"]*)"'


class Over(Exception):
    """The evening is over; whoever still types has not been acknowledged."""


@dataclass(slots=True)
class Answer:
    status: int
    text: str
    location: str


@dataclass(slots=True)
class Secretary:
    """What one of them did: milliseconds of reads and writes, what was acknowledged, what was refused and how soon."""

    port: int
    expected: int
    session: str
    think: tuple[float, float]
    until: float
    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    refused: list[tuple[float, int, float, str]] = field(default_factory=list)  # at, status, seconds, page
    answered_at: list[float] = field(default_factory=list)
    conflicts: int = 0
    count: int = 0
    submitted_at: float = 0.0  # 0: not acknowledged
    _csrf: str = ""
    _cookie: str = ""
    _version: str = "0"

    def evening(self) -> None:
        chance = random.Random(self.expected)  # noqa: S311 - reproducible, not secret
        time.sleep(chance.uniform(0, self.think[1]))
        try:
            self._journey(chance)
        except Over:
            return

    def _journey(self, chance: random.Random) -> None:
        form = f"/collect/{self.expected}/"
        self._learn(self._until_answered("GET", form).text)
        for number in range(1, AUTOSAVES + 1):
            time.sleep(chance.uniform(*self.think))
            self._save(f"{form}autosave/", number)
        time.sleep(chance.uniform(*self.think))
        self._until_answered("POST", form, self._typed(AUTOSAVES))
        self.count = AUTOSAVES
        check = self._until_answered("GET", f"{form}check/")
        self._learn(check.text)
        key = re.search(_HIDDEN.format("key"), check.text)
        sent = {"version": self._version, "key": key[1] if key else "", "csrfmiddlewaretoken": self._csrf}
        time.sleep(chance.uniform(*self.think))
        done = self._until_answered("POST", f"{form}check/", sent)
        if "receipt" in done.location:
            self.submitted_at = time.monotonic()

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at > 0

    def _save(self, path: str, number: int) -> None:
        answer = self._until_answered("POST", path, self._typed(number))
        if answer.status == 409:
            # The save whose answer was lost had arrived: its version is the one to go on from.
            self.conflicts += 1
            self._version = str(json.loads(answer.text)["version"])
            answer = self._until_answered("POST", path, self._typed(number))
        if answer.status == 200:
            self._version, self.count = str(json.loads(answer.text)["version"]), number

    def _typed(self, number: int) -> dict[str, str]:
        values = {
            "account_id": f"village_{self.expected:06d}",
            "account_nickname": f"{self.expected}村团支部微信群",
            "groups": "1",
            "contacts": str(number),
            "admin_name": "管理员",
            "admin_wechat": f"admin_{self.expected:06d}",
            "admin_nickname": "小管",
            "admin_qq": "12345678",
            "admin_mobile": f"139{self.expected:08d}",
        }
        head = {"n_rows": "1", "version": self._version, "page": f"page-{self.expected}", "note": ""}
        return (
            head
            | {f"r0-{code}": value for code, value in values.items()}
            | {"csrfmiddlewaretoken": self._csrf}
        )

    def _learn(self, page: str) -> None:
        if token := _TOKEN.search(page):
            self._csrf = token[1]
        if version := re.search(_HIDDEN.format("version"), page):
            self._version = version[1]

    def _until_answered(self, method: str, path: str, data: dict[str, str] | None = None) -> Answer:
        while True:
            started = time.monotonic()
            if started > self.until:
                raise Over
            try:
                answer = self._ask(method, path, data)
            except (OSError, http.client.HTTPException) as error:
                answer = Answer(0, type(error).__name__, "")
            seconds = time.monotonic() - started
            if answer.status in {200, 302, 409, 422}:
                (self.reads if method == "GET" else self.writes).append(seconds * 1000)
                self.answered_at.append(time.monotonic())
                return answer
            self.refused.append((started, answer.status, seconds, answer.text))
            time.sleep(2)

    def _ask(self, method: str, path: str, data: dict[str, str] | None) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        cookies = f"sessionid={self.session}" + (f"; csrftoken={self._cookie}" if self._cookie else "")
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            link.request(method, path, body=urlencode(data) if data else None, headers=headers)
            response = link.getresponse()
            self._keep_cookie(response)
            text = response.read().decode("utf-8", errors="replace")
            return Answer(response.status, text, response.getheader("Location") or "")
        finally:
            link.close()

    def _keep_cookie(self, response: http.client.HTTPResponse) -> None:
        for header in response.headers.get_all("Set-Cookie") or []:
            if found := re.match(r"csrftoken=([^;]+)", header):
                self._cookie = found[1]


def all_evening(people: list[Secretary]) -> list[threading.Thread]:
    """Let them all begin; the threads to wait for."""
    threads = [threading.Thread(target=each.evening, daemon=True) for each in people]
    for thread in threads:
        thread.start()
    return threads
