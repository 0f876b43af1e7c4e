"""Titles lead to pages, old titles redirect, and a link that cannot be read is not told."""

from kb.rules.pages import Audience, Language
from kb.rules.roles import VISITOR, Role
from kb.store import links
from kb.store.base import Session
from kb.text.wiki_links import title_key
from tests.make import edit_page, make_actor, make_page


def led_to(db: Session, title: str, **who: object) -> int | None:
    viewer = who.get("viewer", VISITOR)
    found = links.pages_titled(db, [title_key(title)], viewer=viewer, language=str(who.get("language", "ja")))
    page = found.get(title_key(title))
    return page.id if page else None


def test_an_old_title_still_leads_to_its_page(db: Session) -> None:
    page = make_page(db, "返品のしかた")
    edit_page(db, page, "同じ話です。", title="返品・交換のしかた")
    assert led_to(db, "返品のしかた") == led_to(db, "返品・交換のしかた") == page.id


def test_a_page_wins_its_own_title_over_one_that_left_it(db: Session) -> None:
    old = make_page(db, "送料")
    edit_page(db, old, "同じ話です。", title="送料（個人のお客様）")
    new = make_page(db, "送料")
    assert led_to(db, "送料") == new.id
    assert led_to(db, "送料（個人のお客様）") == old.id


def test_a_page_that_takes_its_old_title_back_has_it_as_its_own(db: Session) -> None:
    page = make_page(db, "送料")
    edit_page(db, page, "二つめ", title="配送料")
    edit_page(db, page, "三つめ", title="送料")
    make_page(db, "配送料")
    assert led_to(db, "送料") == page.id
    assert led_to(db, "配送料") != page.id


def test_the_language_of_the_reader_decides_between_two_pages_of_one_title(db: Session) -> None:
    english = make_page(db, "FAQ", language=Language.EN)
    japanese = make_page(db, "FAQ", language=Language.JA)
    assert led_to(db, "FAQ", language="ja") == japanese.id
    assert led_to(db, "FAQ", language="en") == english.id


def test_a_hidden_page_is_led_to_by_no_title(db: Session) -> None:
    page = make_page(db, "社内の決まり", audience=Audience.STAFF)
    assert led_to(db, "社内の決まり") is None
    assert led_to(db, "社内の決まり", viewer=make_actor(db)) == page.id


def test_a_hidden_page_does_not_stand_in_the_way_of_a_readable_one(db: Session) -> None:
    make_page(db, "送料", audience=Audience.SV)
    readable = make_page(db, "送料")
    assert led_to(db, "送料") == readable.id


def test_what_links_here_tells_only_links_and_pages_that_the_reader_may_read(db: Session) -> None:
    target = make_page(db, "送料")
    plain = make_page(db, "公開の記事", "[[送料]] を見てください。")
    in_staff_block = make_page(db, "一部は社内", "本文\n\n:::staff\n[[送料]]\n:::")
    staff_page = make_page(db, "社内の記事", "[[送料]]", audience=Audience.STAFF)
    in_sv_block = make_page(db, "一部はSV", "本文\n\n:::sv\n[[送料]]\n:::")

    def linking(role: Role) -> set[int]:
        return {page.id for page in links.linking_to(db, target.id, viewer=make_actor(db, role))}

    assert linking(Role.CUSTOMER) == {plain.id}
    assert linking(Role.OPERATOR) == {plain.id, in_staff_block.id, staff_page.id}
    assert linking(Role.SV) == {plain.id, in_staff_block.id, staff_page.id, in_sv_block.id}


def test_a_link_to_an_old_title_still_counts_as_a_link_here(db: Session) -> None:
    target = make_page(db, "送料")
    source = make_page(db, "公開の記事", "[[送料]] を見てください。")
    edit_page(db, target, "同じ話です。", title="送料のすべて")
    assert links.linking_to(db, target.id, viewer=VISITOR) == [source]


def test_a_page_does_not_link_to_itself(db: Session) -> None:
    page = make_page(db, "送料", "[[送料]] の話です。")
    assert links.linking_to(db, page.id, viewer=VISITOR) == []


def test_a_link_that_was_taken_out_is_forgotten(db: Session) -> None:
    target = make_page(db, "送料")
    source = make_page(db, "公開の記事", "[[送料]] を見てください。")
    edit_page(db, source, "もう何も指していません。")
    assert links.linking_to(db, target.id, viewer=VISITOR) == []
