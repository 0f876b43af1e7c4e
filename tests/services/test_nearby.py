"""What is near a page: read after it, linked, or of the same words, and nothing that this reader may not see."""

from kb.rules import clock
from kb.rules.pages import Audience, Language
from kb.rules.roles import VISITOR
from kb.services import indexing, nearby
from kb.services.house import House
from kb.services.popular import LEAST
from kb.services.tallying import NEXT
from kb.store import tallies
from kb.store.base import Session, Store
from kb.store.pages import Page
from tests.make import make_page


def near(house: House, page_id: int) -> list[tuple[int, bool]]:
    with house.store.reading() as db:
        found = nearby.near(db, house, db.get_one(Page, page_id), viewer=VISITOR)
        return [(one.page.id, one.is_read_next) for one in found]


def went_on(db: Session, start: Page, then: Page, times: int) -> None:
    tallies.add(db, {(clock.today(), NEXT, f"{start.id}>{then.id}"): times})


def test_what_readers_went_on_to_comes_first_and_alone_says_so(store: Store, house: House) -> None:
    with store.writing() as db:
        alike = make_page(db, "返品の送料", "返品の送料です。")
        linked = make_page(db, "領収書がほしい", "領収書です。")
        page = make_page(db, "返品の手順", "返品はこちら。[[領収書がほしい]]")
        linking = make_page(db, "ポイントの使い方", "[[返品の手順|こちら]]")
        read, chance = make_page(db, "修理に出す", "修理です。"), make_page(db, "電源が入らない", "電源です。")
        went_on(db, page, read, LEAST)
        went_on(db, page, chance, LEAST - 1)
        ids = [one.id for one in (read, linked, alike, linking, chance)]
    indexing.drain_all(store, house.index)
    found = near(house, page.id)
    assert found[:3] == [(ids[0], True), (ids[1], False), (ids[2], False)]
    assert (ids[3], False) in found
    assert ids[4] not in dict(found)


def test_what_several_lists_name_stands_above_what_one_names(store: Store, house: House) -> None:
    with store.writing() as db:
        both = make_page(db, "返品の送料", "返品の送料です。")
        read = make_page(db, "修理に出す", "修理です。")
        page = make_page(db, "返品の手順", "返品はこちら。[[返品の送料]]")
        went_on(db, page, read, LEAST)
    indexing.drain_all(store, house.index)
    assert near(house, page.id)[:2] == [(both.id, False), (read.id, True)]


def test_hidden_pages_and_other_languages_are_not_near(store: Store, house: House) -> None:
    with store.writing() as db:
        hidden = make_page(db, "返品の内規", "返品の内規です。", audience=Audience.STAFF)
        english = make_page(db, "How to return", "Return it.", language=Language.EN)
        open_one = make_page(db, "返品の送料", "返品の送料です。")
        page = make_page(db, "返品の手順", "[[返品の内規]] [[How to return]] 返品です。")
        for other in (hidden, english, page):
            went_on(db, page, other, 9)
    indexing.drain_all(store, house.index)
    assert near(house, page.id) == [(open_one.id, False)]
