"""A house full of what nobody would write on purpose: endless words, odd scripts, wide tables, a shelf of thousands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

from flask import Flask
from sqlalchemy import insert, inspect
from werkzeug.serving import make_server

from kb.rules.roles import Role
from kb.services import reviewing, submitting, talking
from kb.store.base import Session
from kb.store.categories import Category
from kb.store.pages import Page, Revision
from tests import make

ENDLESS = "Donaudampfschifffahrt" * 480
MANY = 5_000
RTL = "مركز خدمة العملاء"
ADDRESS = "https://example.com/" + "a-very-long-path/" * 12
SENTENCES = "お届けの予定日は、ご注文の画面で確かめられます。変えたいときは、発送の前日までにお知らせください。" * 4
BODY = f"""\
答えは最初の文にあります。

{SENTENCES}

{ADDRESS} と <{ADDRESS}> と [{ADDRESS}]({ADDRESS})

| {" | ".join(f"見出し{number}" for number in range(14))} |
|{"---|" * 14}
| {" | ".join("長い値" * 3 for _ in range(14))} |

```
{"x" * 400}
```

`{"y" * 300}`

{chr(10).join("  " * 2 * depth + "- 入れ子" for depth in range(12))}

{"> " * 12}引用の引用

## {"見出しも長い" * 30}

{"👨‍👩‍👧‍👦🎏" * 60}

{RTL * 20}

:::say
{"s" * 500}
:::

:::ask
- {"q" * 300}
:::

:::purpose {"p" * 150}
{"t" * 300}
:::

:::limit operator
- {"l" * 300}
:::

:::staff
{"w" * 500}
:::
"""


@dataclass(frozen=True)
class Hostile:
    """The address of the house, and the numbers of what is in it."""

    address: str
    page: int
    endless: int
    kanji: int
    story: int


def furnish(db: Session) -> dict[str, int]:
    """Fill an empty house; titles go into the database as no form would let them."""
    shelves = [Category(key=key, name_ja=name, name_en=name) for key, name in SHELVES.items()]
    db.add_all(shelves)
    db.flush()
    full, wide = shelves[0], shelves[2]
    said = {"phrases": ("言い換え" * 20, "z" * 80), "tags": ("t" * 30, RTL)}
    page = make.make_page(db, "ふつうの題", BODY, category=wide, **said)  # type: ignore[arg-type]
    odd = [make.make_page(db, category=wide) for _ in range(4)]
    titles = (ENDLESS[:10_000], "届" * 10_000, RTL * 10, "👨‍👩‍👧‍👦" * 50)
    for one, title in zip(odd, titles, strict=True):
        assert one.current is not None
        one.current.title = title
    who = make.make_user(db, display_name=RTL)
    also = make.make_user(db, Role.SV, name="endless", display_name="W" * 60)
    story = submitting.submit(db, make.story("「" + "長" * 150 + "」", words="m" * 900, done="n" * 900), by=who.actor)
    reviewing.take(db, story.id, by=also.actor)
    talking.comment(db, story.id, "c" * 900, by=also.actor)
    _fill(db, full)
    db.commit()
    return {"page": page.id, "endless": odd[0].id, "kanji": odd[1].id, "story": story.id}


SHELVES = {"full": "いっぱいの棚", "empty": "空の棚", "wide": "とても長い名前の棚" * 6}


def _fill(db: Session, shelf: Category) -> None:
    """Many pages by copying one: 5,000 by the verbs would take a minute, and none is about the verbs."""
    first = make.make_page(db, "5,000件の一つ", category=shelf)
    db.flush()
    page, revision = _row(first), _row(first.current)
    ids = range(first.id + 1_000, first.id + 1_000 + MANY)
    db.execute(insert(Page), [{**page, "id": id, "current_revision_id": None} for id in ids])
    texts = [{**revision, "id": id, "page_id": id, "title": f"{first.id}件目の質問 {id}"} for id in ids]
    db.execute(insert(Revision), texts)
    db.connection().exec_driver_sql("UPDATE pages SET current_revision_id = id WHERE current_revision_id IS NULL")


def _row(one: object) -> dict[str, object]:
    return {column.key: getattr(one, column.key) for column in inspect(type(one)).column_attrs}


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """The app on a free port of this machine, in a thread of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
