"""A demonstration with something on every screen: long texts, stories, a page that went, an inquiry, notices."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import APIRequestContext, APIResponse, Browser, Page
from sqlalchemy import select

from kb.rules import clock
from kb.rules.desk import Check
from kb.store.base import open_store
from kb.store.looks import Sample
from kb.store.messages import Message
from kb.store.pages import Revision
from kb.store.shifts import Shift
from kb.store.users import User
from tests.browser.serving import Served, send

RTL = "שלום עולם"
LONG = f"""\
{"とても長い段落です。" * 40}

# 見出し一

| 品名 | 送料 | 備考 |
|---|---:|---|
| 冷蔵庫 | 3,000円 | 階段の上げ下ろしは別にお見積もりします |
| {"a" * 120} | 0円 | 長いアドレス |

## 見出し二

1. はじめに電源を切ります。
2. 次に、{RTL} と表示されるまで待ちます。

> 引用の文です。

### 見出し三

```
{"x" * 200}
```

:::say
お待たせしました。確かめてから、きょう中にお電話します。
:::

:::ask
- いつまでにお入り用ですか
- お届け先はどちらですか
:::

:::purpose あすの発表会で使いたい
在庫のある色に変えて、きょう発送する。
:::

:::limit operator
- 3,000円までの送料を無料にしてよい
:::

:::staff
社内の文です。
:::

:::sv
SVの文です。
:::
"""


class Hand:
    """Somebody who sends forms without drawing them: signed in, or a customer."""

    def __init__(self, browser: Browser, served: Served, name: str = "") -> None:
        self.page: Page = browser.new_context(base_url=served.address, locale="ja-JP").new_page()
        if name:
            served.sign_in(self.page, name)
        self.asks: APIRequestContext = self.page.context.request

    def send(self, path: str, **fields: str) -> APIResponse:
        """Send a form; returns the screen that it leads to."""
        return send(self.page, path, **fields)

    def leave(self) -> None:
        self.page.context.close()


def fill(browser: Browser, served: Served) -> dict[str, str]:
    """Put something on every screen; returns the numbers that stand in addresses, by name."""
    sv = Hand(browser, served, "sv")
    fields = {"kind": "faq", "audience": "public", "action": "save"}
    long = _last(sv.send("/ja/pages/new", title="長い記事の題名は" + "とても" * 30 + "長い", body=LONG, **fields))
    base = re.search(r'name="base" value="(\d+)"', sv.asks.get(f"/ja/pages/{long}/edit").text())
    assert base is not None
    changed = LONG.replace("はじめに電源を切ります。", "はじめに、電源を切って一分待ちます。")
    sv.send(f"/ja/pages/{long}/edit", title="長い記事の題名", body=changed, base=base[1], note="一分待つ", **fields)
    gone = _last(sv.send("/ja/pages/new", title="なくなった記事", body="古い文です。", **fields))
    sv.send(f"/ja/pages/{gone}", action="archive", moved_to=long, reason="新しい記事にまとめました")
    operator = Hand(browser, served, "operator")
    told = {"audience": "staff", "action": "submit", "words": "昨日頼んだの、いつ届くの？ 明後日いるんだけど。"}
    told |= {"purpose": "授業参観の日に使いたい。", "result": "間に合うと喜ばれた。"}
    story = _last(operator.send("/ja/stories/new", title="「いつ届く？」の奥の授業参観", done="発送した。", **told))
    back = _last(operator.send("/ja/stories/new", title="戻された体験", done="調べた。", **told))
    sv.send(f"/ja/review/{story}", decision="take")
    sv.send(f"/ja/review/{story}", decision="comment", comment="何色にしましたか。")
    sv.send(f"/ja/review/{back}", decision="take")
    sv.send(f"/ja/review/{back}", decision="return", revision=back, reason="結果も書いてください。")
    numbers = {"long": long, "gone": gone, "story": story, "back": back}
    numbers |= {"inquiry": _inquire(sv), "notice": _give_notice(sv), "session": "1", "running": _gather(sv)}
    customer = Hand(browser, served)
    numbers["revision"] = _vote(customer)
    operator.send("/ja/pages/26/favourite", action="add")
    operator.send("/ja/call/confirm", action="notice", id=numbers["notice"])
    _work_yesterday(served)
    numbers |= _sample(browser, served, sv)
    for hand in (customer, operator, sv):
        hand.leave()
    return numbers


def _gather(sv: Hand) -> str:
    """A story session that runs, with a note of each mark, a voice that was sent and a task; returns its number."""
    plan = {"title": "長い題の語り場" * 6, "starts_at": "2030-04-08T16:00", "minutes": "45", "minutes_a_story": "7"}
    place = urlsplit(sv.send("/ja/sessions/new", action="plan", stories="26", place="会議室", **plan).url).path
    sv.send(place, action="start")
    for kind in ("fact", "feeling", "idea", "rule", "fact", "fact"):
        sv.send(f"{place}/notes", kind=kind, story="26", words="先に目的を聞いたほうが早い。" * 6)
    first, *_, fifth, sixth = re.findall(r'name="note" value="(\d+)"', sv.asks.get(f"{place}/end").text())
    owner = re.search(r'<option value="(\d+)"[^>]*>佐藤', sv.asks.get(f"{place}/end").text())
    assert owner is not None
    sv.send(f"{place}/end", fate="voice", note=first)
    sv.send(f"{place}/end", fate="task", note=fifth, owner=owner[1], due="2030-01-01")
    sv.send(f"{place}/end", fate="nothing", note=sixth)
    voice = re.search(r'name="id" value="(\d+)"', sv.asks.get("/ja/voices").text())
    assert voice is not None
    sv.send("/ja/voices", action="send", id=voice[1])
    return place.rsplit("/", 1)[1]


def _inquire(sv: Hand) -> str:
    """What a customer sends; returns its number inside the staff's addresses."""
    fields = {"subject": "冷蔵庫の音", "text": "夜になると大きな音がします。" * 20, "mail": "", "seen": "1"}
    answer = sv.asks.post("/ja/inquiry", form=fields)
    assert parse_qs(urlsplit(answer.url).query).get("received"), answer.status
    found = re.search(r"/ja/inquiries/(\d+)", sv.asks.get("/ja/inquiries").text())
    assert found is not None
    return found[1]


def _vote(customer: Hand) -> str:
    """What customers say of a page; returns the number of the revision that they said it of."""
    found = re.search(r'name="revision" value="(\d+)"', customer.asks.get("/ja/faq/26").text())
    assert found is not None
    told = {"said": "why", "reason": "unclear", "words": "図がほしいです。" * 20}
    assert customer.asks.post("/ja/faq/26/vote", form={"revision": found[1], **told}).ok
    return found[1]


def _give_notice(sv: Hand) -> str:
    facts = {
        "language": "ja",
        "starts_at": "",
        "ends_at": f"{datetime.now() + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "action": "post",
    }
    for audience, text in (
        ("public", "大雪のため、お届けが遅れています。"),
        ("staff", "台風の問い合わせが増えています。"),
    ):
        sv.send("/ja/notices", text=text, audience=audience, **facts)
    found = re.findall(r'name="id" value="(\d+)"', sv.asks.get("/ja/notices").text())
    return str(found[0])


def _sample(browser: Browser, served: Served, sv: Hand) -> dict[str, str]:
    """Two changes of the editor to look at, one of them done with a note; and the number of a message."""
    editor = Hand(browser, served, "editor")
    for title in ("箱の返し方", "箱の捨て方"):
        body = "箱はお預かりします。\n\n:::say\n箱は、こちらでお預かりします。\n:::"
        fields = {"kind": "faq", "phrases": "箱はどうするの\n段ボールがじゃま", "action": "save"}
        editor.send("/ja/pages/new", title=title, body=body, **fields)
    editor.leave()
    store = open_store(f"sqlite:///{served.home / 'var' / 'kb.db'}")
    with store.writing() as db:
        mine = select(Revision).join(User, User.id == Revision.author_id).where(User.name == "editor")
        when = {"month": clock.today().replace(day=1), "drawn_at": clock.now()}
        drawn = [Sample(revision_id=one.id, author_id=one.author_id, **when) for one in db.scalars(mine)]
        db.add_all(drawn)
        told = db.scalar(select(Message.id).join(User, User.id == Message.user_id).where(User.name == "operator"))
        db.flush()
        numbers = {"noted": str(drawn[0].id), "sample": str(drawn[1].id), "message": str(told)}
    store.close()
    checks = {check.value: "yes" for check in Check} | {"spoken": "no", "private": "na"}
    sv.send(f"/ja/samples/{numbers['noted']}", note="言いやすい文です。次は、題名をお客様の言葉に。", **checks)
    return numbers


def _work_yesterday(served: Served) -> None:
    """The operator worked the day before, so that everything that was written since is news to them."""
    store = open_store(f"sqlite:///{served.home / 'var' / 'kb.db'}")
    with store.writing() as db:
        worked = clock.now() - timedelta(days=1)
        number = db.scalar(select(User.id).where(User.name == "operator"))
        db.add(Shift(user_id=number, started_at=worked, last_at=worked))
    store.close()


def _last(answer: APIResponse) -> str:
    """The number at the end of the address."""
    found = re.search(r"(\d+)$", urlsplit(answer.url).path)
    assert found is not None, answer.url
    return found[1]
