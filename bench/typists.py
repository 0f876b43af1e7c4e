"""`python -m bench.typists`: many operators at their keyboards, in a process of their own; a plan in, times out.

Each types one question after the other, key by key. As the script of the room does, the list is asked for once no key
has come for 150 ms, suggestions now and then (they come to whoever presses ↓), and the first hit is opened at the end.
"""

import json
import random
import re
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlencode

SETTLED = 0.15  # seconds without a key, as in static/modules/finding.js
_KEYS = (0.19, 0.09)  # seconds between two keys: mean and spread
_PAUSE, _PAUSES = 0.5, 0.12  # a word is chosen from the candidates: how long, and how often
_LEAST = 0.06
_SUGGESTED = 0.1  # of the key presses that ask for a list
_NOTHING = 0.25  # as often the empty view is asked, to compare with
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_HIT = re.compile(r'data-hit="(\d+)"')
_TIMING = re.compile(r"(\w+);dur=([\d.]+)")


class Operator:
    """One person with a browser: signed in, one connection, and times of what was asked."""

    def __init__(self, plan: dict[str, Any], number: int) -> None:
        self.chance = random.Random(number)
        self.plan, self.number = plan, number
        self.cookies: dict[str, str] = {}
        self.line = HTTPConnection("127.0.0.1", plan["port"], timeout=60)
        self.times: list[tuple[str, float, float, float]] = []
        self.is_measured = False

    def sign_in(self) -> None:
        """Sign in as everybody does, by the form."""
        form = self.ask("", "/ja/sign-in")
        token = _TOKEN.search(form)
        assert token, "no form to sign in with"
        fields = {"name": f"operator-{self.number}", "password": self.plan["password"], "csrf_token": token[1]}
        self.ask("", "/ja/sign-in", urlencode(fields))

    def ask(self, what: str, path: str, body: str | None = None) -> str:
        """Ask for a path and keep how long it took under the name `what`."""
        headers = {"Accept": "text/html", "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        answer = None
        for again in (False, True):
            try:
                self.line.request("POST" if body is not None else "GET", path, body, headers)
                answer = self.line.getresponse()
                break
            except (HTTPException, OSError):
                # The server lets go of a connection that has been quiet; browsers open another one.
                self.line.close()
                if again:
                    raise
        assert answer is not None
        text = answer.read().decode()
        took = 1000 * (time.perf_counter() - began)
        if answer.status not in (200, 302, 303):
            raise RuntimeError(f"{path}: {answer.status}")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            key, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[key] = value
        told = dict(_TIMING.findall(answer.headers.get("Server-Timing", "")))
        if what and self.is_measured:
            self.times.append((what, took, float(told["wall"]), float(told["cpu"])))
        return text

    def work(self, until: float) -> None:
        """Type question after question until the time is over."""
        time.sleep(self.chance.random() * min(self.plan["warm"], self.plan["think"]))
        while time.perf_counter() < until:
            found = self.type(self.chance.choice(self.plan["texts"]), until)
            if found:
                self.ask("page beside the list", f"{self.plan['room']}/preview/{found}")
            pause = self.chance.expovariate(1 / self.plan["think"]) if self.plan["think"] else 0.0
            time.sleep(max(0.0, min(pause, until - time.perf_counter())))

    def type(self, text: str, until: float) -> str:
        """Type one text; the number of the first page that it finds."""
        found = None
        for end in range(1, len(text) + 1):
            wait = max(_LEAST, self.chance.gauss(*_KEYS)) + (_PAUSE if self.chance.random() < _PAUSES else 0)
            if wait < SETTLED and end < len(text):
                time.sleep(wait)
                continue
            time.sleep(SETTLED)
            began = time.perf_counter()
            if began > until:
                break
            words = quote(text[:end])
            found = _HIT.search(self.ask("a key press: the list", f"{self.plan['room']}?q={words}&part=list")) or found
            if self.chance.random() < _SUGGESTED:
                self.ask("suggestions", f"/ja/console/suggest?q={words}")
            if self.chance.random() < _NOTHING:
                self.ask("an empty Flask view", "/nothing")
            # Whoever is slower than the server does not wait for it.
            time.sleep(max(0.0, wait - SETTLED - (time.perf_counter() - began)))
        return found[1] if found else ""


def main() -> None:
    """Read the plan, sign everybody in, let them type (the first part unmeasured), and print the times."""
    plan = json.load(sys.stdin)
    operators = [Operator(plan, number) for number in range(plan["operators"])]
    for one in operators:
        one.sign_in()
    start = time.perf_counter()
    until = start + plan["warm"] + plan["seconds"]
    faults: list[BaseException] = []

    def run(one: Operator) -> None:
        try:
            one.work(until)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(one,)) for one in operators]
    for thread in threads:
        thread.start()
    time.sleep(plan["warm"])
    for one in operators:
        one.is_measured = True
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    json.dump([row for one in operators for row in one.times], sys.stdout)


if __name__ == "__main__":
    main()
