"""Fill the demonstration with a month of calls: searches, pages that answered, purposes, and a few gaps."""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from kb.rules import clock
from kb.rules.calls import Channel, Customer, Direction, Outcome, StepKind
from kb.rules.pages import Kind, Language
from kb.rules.roles import SYSTEM
from kb.services.house import House
from kb.store import call_lists, external, users
from kb.store.base import Session
from kb.store.call_lists import Wanted
from kb.store.calls import Call, CallStep
from kb.store.pages import Page
from kb.store.shifts import Shift
from kb.text import blocks
from kb.text.blocks import BlockKind

CALLS = 120
DAYS = 30
TODAY = 4  # of them on this very day, as far as it has hours for them
_SEED = 20261122
# What is asked often, by the id in content/; everything else with words of customers comes up now and then.
_OFTEN = {
    "faq-delivery-late": 12,
    "faq-delivery-tracking": 8,
    "faq-delivery-date": 8,
    "faq-returns-how": 8,
    "faq-returns-opened": 5,
    "faq-product-printer-wifi": 6,
    "faq-product-washer-noise": 4,
    "faq-order-cancel": 5,
    "faq-order-change-address": 4,
    "faq-payment-receipt": 4,
    "case-recital-eve": 3,
    "procedure-harassment": 0,
}
_TYPES = {
    "delivery": "配送",
    "returns": "不良",
    "repair": "部品",
    "payment": "請求",
    "order": "注文",
    "product": "商品",
    "business": "注文",
}
_GAPS = (
    ("下取りの査定額", "商品"),
    ("2台目の値引き", "請求"),
    ("海外で使える電圧", "商品"),
    ("ポイントの期限をのばす", "その他"),
    ("深夜の受け取り", "配送"),
    ("保証書の再発行", "部品"),
    ("下取りの集荷日", "配送"),
    ("会員証の名義変更", "変更"),
)
_MEMOS = (
    "配送会社に確かめ、あす10時にお電話する。",
    "代わりの品をご案内。色違いでよいとのこと。",
    "手順を一緒に確かめて、その場で解決。",
    "ご家族の分もまとめてご案内した。",
    "次の入荷の日をお伝えした。",
)


def fill(house: House) -> int:
    """Add the calls to a house that has none; returns how many. The same day makes the same calls."""
    with house.store.writing() as db:
        if call_lists.count(db, Wanted()):
            return 0
        found = list(_calls(db, random.Random(_SEED)))
        db.add_all(found)
        db.add_all(_last_shifts(found))
        return len(found)


def _calls(db: Session, chance: random.Random) -> Iterator[Call]:
    people = [user.id for name in ("operator", "sv") if (user := users.by_name(db, name)) is not None]
    pages = [page for page in external.live(db, viewer=SYSTEM) if page.language is Language.JA and _phrases(page)]
    weights = [_OFTEN.get(page.external_id or "", 1) for page in pages]
    if not people or not pages:
        return
    for number, started_at in enumerate(_moments(chance), 1):
        # Most calls are the operator's own, so that their day has something to look back on.
        user_id = people[0] if chance.random() < 0.85 else people[-1]
        page = chance.choices(pages, weights)[0]
        call = Call(
            key=f"demonstration-{number}",
            user_id=user_id,
            channel=chance.choices(list(Channel), (60, 15, 18, 3, 4))[0],
            direction=Direction.OUTBOUND if page.kind is Kind.SCRIPT else Direction.INBOUND,
            customer=chance.choices(list(Customer), (80, 14, 3, 3))[0],
            started_at=started_at,
        )
        if number % 14 == 0:
            _in_vain(call, _GAPS[number // 14 % len(_GAPS)], chance)
        else:
            _answered(call, page, chance)
        assert call.ended_at is not None
        call.wrapped_at = call.ended_at + timedelta(seconds=chance.randint(5, 30))
        yield call


def _last_shifts(made: list[Call]) -> Iterator[Shift]:
    """The last day of work before today of everybody who took calls: 前回の勤務以降 begins at its end."""
    today = datetime.combine(clock.today(), time(), tzinfo=clock.HERE)
    last = {call.user_id: call for call in made if call.started_at < today}
    for user_id, call in last.items():
        yield Shift(user_id=user_id, started_at=call.started_at - timedelta(hours=3), last_at=call.wrapped_at)


def _moments(chance: random.Random) -> list[datetime]:
    """When the calls began: by day, fewer on Sundays; the last ones today, before now."""
    now, today = clock.now(), clock.today()
    days = [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    some = chance.choices(days, [2 if day.weekday() == 6 else 5 for day in days], k=CALLS - TODAY)
    opening = time(9, tzinfo=clock.HERE)
    past = [datetime.combine(day, opening) + timedelta(seconds=chance.randint(0, 8 * 3600)) for day in some]
    early = datetime.combine(today, opening)
    room = (now - timedelta(minutes=20) - early).total_seconds()
    fresh = [early + timedelta(seconds=chance.randint(0, int(room))) for _ in range(TODAY)] if room > 0 else []
    return sorted([*past, *fresh])


def _answered(call: Call, page: Page, chance: random.Random) -> None:
    """A call that a page answered, now and then after a search that led nowhere near."""
    assert page.current is not None
    log = _Log(call, chance)
    for phrase in chance.sample(_phrases(page), k=min(len(_phrases(page)), chance.choice((1, 1, 1, 2)))):
        log.add(StepKind.SEARCH, 9, phrase, count=chance.randint(3, 18))
    log.add(StepKind.OPEN, 5, page=page)
    parts = blocks.split(page.current.body)
    for ask in _lines(parts, BlockKind.ASK)[: chance.randint(0, 3)]:
        log.add(StepKind.ASK, 14, ask, page=page)
    purposes = [part.argument for part in parts if part.kind is BlockKind.PURPOSE]
    if purposes and chance.random() < 0.7:
        call.purpose = chance.choices(purposes, range(len(purposes), 0, -1))[0]
        log.add(StepKind.PURPOSE, 8, call.purpose, page=page)
    if chance.random() < 0.3:
        log.add(StepKind.COPY, 6, page=page)
    log.add(StepKind.USE, 20, page=page)
    names = [name for name in _TYPES if name in (page.external_id or "")]
    call.inquiry_type = _TYPES[names[0]] if names else "その他"
    call.memo = chance.choice(_MEMOS) if chance.random() < 0.35 else ""
    call.outcome = chance.choices(list(Outcome), (78, 12, 6, 4))[0]
    log.end(240)


def _in_vain(call: Call, gap: tuple[str, str], chance: random.Random) -> None:
    """A call whose question no page answers."""
    words, call.inquiry_type = gap
    log = _Log(call, chance)
    log.add(StepKind.SEARCH, 10, words, count=0)
    log.add(StepKind.SEARCH, 12, words.split("の")[0], count=chance.randint(1, 6))
    log.add(StepKind.GAP, 30, words)
    call.memo = "SVに確かめて折り返す。"
    call.outcome = chance.choice((Outcome.CALLBACK, Outcome.UNSOLVED))
    log.end(120)


class _Log:
    """Writes the steps of one call, each some seconds after the one before."""

    def __init__(self, call: Call, chance: random.Random) -> None:
        self._call, self._chance, self._at = call, chance, call.started_at

    def add(
        self, kind: StepKind, seconds: int, words: str = "", *, page: Page | None = None, count: int | None = None
    ) -> None:
        self._at += timedelta(seconds=self._chance.randint(seconds // 2, seconds * 2))
        made = CallStep(key=str(len(self._call.steps) + 1), kind=kind, at=self._at, words=words, count=count)
        if page is not None:
            made.page_id, made.revision_id = page.id, page.current_revision_id
        self._call.steps.append(made)

    def end(self, seconds: int) -> None:
        self._call.ended_at = self._at + timedelta(seconds=self._chance.randint(seconds // 4, seconds))


def _phrases(page: Page) -> list[str]:
    return list(page.current.phrases) if page.current is not None else []


def _lines(parts: list[blocks.Segment], kind: BlockKind) -> list[str]:
    """The items of the lists in these blocks."""
    found = [line.strip() for part in parts if part.kind is kind for line in part.source.split("\n")]
    return [line.lstrip("-* ").strip() for line in found if line.startswith(("-", "*"))]
