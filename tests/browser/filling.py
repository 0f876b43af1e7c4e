"""A demonstration with something on every screen: long texts, stories, a page that went, an inquiry, notices."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import APIRequestContext, APIResponse, Browser, Page
from sqlalchemy import select

from kb.rules import clock
from kb.store.base import open_store
from kb.store.shifts import Shift
from kb.store.users import User
from tests.browser.serving import Served

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
        token = self.asks.get("/ja/sign-in/token").json()["csrf_token"]
        answer = self.asks.post(path, form={**fields, "csrf_token": token})
        assert answer.ok, (path, answer.status, re.findall(r'field__error.*?</p>|role="alert".*', answer.text())[:3])
        return answer

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
    numbers |= {"inquiry": _inquire(sv), "notice": _give_notice(sv)}
    customer = Hand(browser, served)
    numbers["revision"] = _vote(customer)
    operator.send("/ja/pages/26/favourite", action="add")
    operator.send("/ja/call/confirm", action="notice", id=numbers["notice"])
    _work_yesterday(served)
    for hand in (customer, operator, sv):
        hand.leave()
    return numbers


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
