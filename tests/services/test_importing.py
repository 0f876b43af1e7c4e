"""Import and export: all or nothing, the second run changes nothing, and what goes out comes back byte for byte."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from kb import config
from kb.rules.errors import Invalid, NotAllowed, NotSignedIn
from kb.rules.pages import Audience, Confidence, Kind, Language
from kb.rules.roles import SYSTEM, VISITOR, Actor, Role
from kb.services import editing, exporting, importing, sheets
from kb.services.importing import Tally
from kb.services.sheets import Row, Sheet
from kb.store import categories, events, outbox
from kb.store.base import Session, Store, open_store
from kb.store.categories import Category
from kb.store.pages import Page, Revision
from tests.make import edit_page, make_actor, make_category, make_page, make_story

FORMS = ["folder", "pages.zip", "pages.csv", "pages.jsonl"]


def row(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "title": f"題名 {id}", "body": "本文"} | more


def take_in(db: Session, *rows: dict[str, Any], shelves: Any = (), by: Actor = SYSTEM) -> Tally:
    sheet = Sheet([Row("rows", number, values) for number, values in enumerate(rows, 1)], list(shelves))
    found = importing.check(sheet, audience=Audience.STAFF, kind=Kind.FAQ)
    return importing.take_in(db, found, sheet.shelves, by=by)


def load(store: Store, path: Path) -> Tally:
    sheet = sheets.read(path)
    rows = importing.check(sheet, audience=Audience.STAFF, kind=Kind.FAQ)
    with store.writing() as db:
        return importing.take_in(db, rows, sheet.shelves, by=SYSTEM)


def give_out(store: Store, path: Path, *, by: Actor = SYSTEM) -> dict[str, bytes]:
    with store.reading() as db:
        sheets.write(path, exporting.rows(db, by=by), exporting.shelves(db, by=by))
    return contents(path)


def contents(path: Path) -> dict[str, bytes]:
    files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
    return {one.relative_to(path.parent).as_posix().partition("/")[2]: one.read_bytes() for one in files}


def page_of(db: Session, id: str) -> Page:
    return db.scalars(select(Page).where(Page.external_id == id)).one()


@pytest.fixture
def elsewhere(tmp_path: Path, template_database: Path) -> Iterator[Store]:
    """A second, empty place."""
    shutil.copyfile(template_database, tmp_path / "elsewhere.db")
    store = open_store(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    yield store
    store.close()


def test_a_row_becomes_a_live_page_with_everything_it_says(db: Session) -> None:
    said = row(
        "a",
        kind="procedure",
        language="en",
        audience="sv",
        confidence="validated",
        category="delivery",
        tags=["x", "y"],
        phrases=["p"],
    )
    assert take_in(db, said) == Tally(added=1)
    page = page_of(db, "a")
    assert (page.kind, page.language, page.audience) == (Kind.PROCEDURE, Language.EN, Audience.SV)
    assert page.confidence is Confidence.VALIDATED and page.category is not None and page.category.key == "delivery"
    assert page.current is not None
    assert (page.current.tags, page.current.phrases, page.current.number) == (["x", "y"], ["p"], 1)
    db.flush()
    assert outbox.pages_waiting(db) == {page.id}


def test_a_silent_row_takes_the_defaults_of_the_import_and_is_unvalidated(db: Session) -> None:
    take_in(db, row("a"))
    page = page_of(db, "a")
    assert (page.kind, page.audience, page.language) == (Kind.FAQ, Audience.STAFF, Language.JA)
    assert (page.confidence, page.validated_at) == (Confidence.UNVALIDATED, None)


def test_the_second_run_changes_nothing(store: Store) -> None:
    rows = [row("a", category="x", tags=["t"]), row("b", translates="a", language="en"), row("c", audience="sv")]
    with store.writing() as db:
        assert take_in(db, *rows) == Tally(added=3)
    with store.reading() as db:
        before = [db.scalar(select(func.count()).select_from(table)) for table in (Revision, Category, Page)]
        waiting, told = outbox.waiting(db), len(events.newest(db))
    with store.writing() as db:
        assert take_in(db, *rows) == Tally(unchanged=3)
    with store.reading() as db:
        assert [db.scalar(select(func.count()).select_from(table)) for table in (Revision, Category, Page)] == before
        assert (outbox.waiting(db), len(events.newest(db))) == (waiting, told)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "別の題名"},
        {"body": "別の本文"},
        {"tags": ["別"]},
        {"phrases": ["別"]},
        {"audience": "public"},
        {"kind": "case"},
        {"language": "en"},
        {"confidence": "validated"},
        {"category": "別"},
    ],
)
def test_a_changed_row_changes_its_page_once(db: Session, change: dict[str, Any]) -> None:
    take_in(db, row("a"), row("b"))
    assert take_in(db, row("a") | change, row("b")) == Tally(changed=1, unchanged=1)
    assert take_in(db, row("a") | change, row("b")) == Tally(unchanged=2)
    is_text = not {"kind", "language", "confidence", "category"} & set(change)
    current = page_of(db, "a").current
    assert current is not None and current.number == (2 if is_text else 1)


def test_an_edit_made_here_is_written_over_by_the_next_import_and_stays_in_the_history(db: Session) -> None:
    take_in(db, row("a"))
    page = page_of(db, "a")
    edit_page(db, page, "ここで直した")
    assert take_in(db, row("a")) == Tally(changed=1)
    numbers = db.scalars(select(Revision.number).where(Revision.page_id == page.id).order_by(Revision.number))
    assert list(numbers) == [1, 2, 3]
    assert page.current is not None and page.current.body == "本文"


def test_a_row_for_an_archived_page_stops_the_import_unless_it_says_the_same(db: Session) -> None:
    take_in(db, row("a"))
    editing.archive(db, page_of(db, "a").id, by=SYSTEM)
    assert take_in(db, row("a")) == Tally(unchanged=1)
    with pytest.raises(Invalid, match="rows の 1 行目.*公開を終えています"):
        take_in(db, row("a", body="別の本文"))


@pytest.mark.parametrize(
    "bad",
    [row("b", title=""), row("b", colour="red"), row("a"), row("b", body=":::"), row("b", translates="nobody")],
    ids=["no title", "unknown key", "twice", "broken block", "unknown origin"],
)
def test_one_bad_row_stops_everything_and_nothing_is_written(store: Store, bad: dict[str, Any]) -> None:
    good = [row("a"), row("z1", category="新しい棚"), row("z2", tags=["新しい札"])]
    with pytest.raises(Invalid, match=r"rows の 4 行目") as refused, store.writing() as db:
        take_in(db, *good, bad)
    assert refused.value.field is not None
    with store.reading() as db:
        counts = [db.scalar(select(func.count()).select_from(table)) for table in (Page, Revision, Category)]
        assert (counts, outbox.waiting(db), events.newest(db)) == ([0, 0, 0], 0, [])
    with store.writing() as db:
        assert take_in(db, *good).added == 3


@pytest.mark.parametrize(
    ("role", "error"), [(Role.CUSTOMER, NotSignedIn), (Role.OPERATOR, NotAllowed), (Role.SV, NotAllowed)]
)
def test_only_an_administrator_imports(db: Session, role: Role, error: type[Exception]) -> None:
    with pytest.raises(error):
        take_in(db, row("a"), by=make_actor(db, role))
    assert take_in(db, row("a"), by=make_actor(db, Role.ADMIN)).added == 1


@pytest.mark.parametrize(("role", "error"), [(Role.CUSTOMER, NotSignedIn), (Role.OPERATOR, NotAllowed)])
def test_nobody_below_sv_exports(db: Session, role: Role, error: type[Exception]) -> None:
    actor = make_actor(db, role)
    with pytest.raises(error):
        exporting.rows(db, by=actor)
    with pytest.raises(error):
        exporting.shelves(db, by=VISITOR if role is Role.CUSTOMER else actor)


def test_only_live_pages_go_out(db: Session) -> None:
    make_page(db, external_id="live")
    make_page(db, external_id="archived", archived=True)
    make_story(db)
    edit_page(db, make_page(db, external_id="edited"), "提案だけの文", by=make_actor(db))
    rows = exporting.rows(db, by=SYSTEM)
    assert [one["id"] for one in rows] == ["edited", "live"]
    assert "提案だけの文" not in str(rows)


def test_a_translation_finds_its_origin_in_the_same_file_or_in_the_store(db: Session) -> None:
    take_in(db, row("b", translates="a"), row("a"))
    assert page_of(db, "b").translates_id == page_of(db, "a").id
    take_in(db, row("c", translates="a"))
    assert page_of(db, "c").translates_id == page_of(db, "a").id


def test_a_shelf_is_known_by_its_key_alone(db: Session) -> None:
    shelves = [
        {"key": "one", "ja": {"name": "two"}, "en": {"name": "One"}, "audience": "staff"},
        {"key": "two", "ja": {"name": "二"}, "en": {"name": "Two"}, "icon": "truck"},
    ]
    for _ in range(2):
        take_in(db, row("a", category="two"), shelves=shelves)
    found = {
        one.key: (one.name_ja, one.name_en, one.audience.value, one.position) for one in db.scalars(select(Category))
    }
    assert found == {"one": ("two", "One", "staff", 0), "two": ("二", "Two", "public", 1)}
    category = page_of(db, "a").category
    assert category is not None and category.key == "two"


@pytest.mark.parametrize(
    "shelf",
    [{}, {"key": "a"}, {"key": "a", "ja": "x", "en": {"name": "x"}}, {"key": "a", "ja": {}, "en": {}},
     {"key": "a", "ja": {"name": "x"}, "en": {"name": "x"}, "audience": "all"}],
)  # fmt: skip
def test_a_broken_shelf_is_named_by_its_place(db: Session, shelf: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="1番目が読めません"):
        take_in(db, row("a"), shelves=[shelf])


def test_a_category_is_found_by_key_or_name_and_made_when_it_is_new(db: Session) -> None:
    known = make_category(db, "delivery")
    known.name_ja = "配送"
    db.flush()
    take_in(db, row("a", category="配送"), row("b", category="delivery"), row("c", category="新しい棚"))
    assert page_of(db, "a").category_id == page_of(db, "b").category_id == known.id
    assert categories.by_key(db, "新しい棚") is not None
    with pytest.raises(Invalid, match="分類の名前は"):
        take_in(db, row("d", category="長" * 61))


def awkward(db: Session) -> None:
    """Pages that trouble an export: no id, ids out of order, an archived origin, formulas, hidden blocks."""
    shelf, other = make_category(db, "b-shelf", audience=Audience.STAFF), make_category(db, "a-shelf")
    shelf.name_ja = "a-shelf"
    for number in range(12):
        make_page(db, f"=題名 {number}", f"- 一\n- 二 {number}", category=shelf if number % 2 else other)
    origin = make_page(db, "原文", external_id="z")
    translation = make_page(db, "Translated", language=Language.EN, external_id="a", kind=Kind.SCRIPT)
    lost = make_page(db, "Lost origin", language=Language.EN)
    translation.translates_id = origin.id
    lost.translates_id = make_page(db, "保管した原文", archived=True).id
    make_page(
        db,
        "ブロック",
        "公開\n\n:::staff\n社内\n:::\n\n:::sv\n秘密\n:::",
        audience=Audience.STAFF,
        external_id="page-3x",
    )
    make_page(
        db, "'=題名", "---\ntitle: x\n---", phrases=("=a", "'b", "- c"), tags=("札,一", '"'), external_id="../日本 語"
    )
    make_page(db, "二つの名前", "本文  \n改行\n\n    code\n\n&amp; <b> \\", external_id="page-1", kind=Kind.CASE)
    make_story(db)


@pytest.mark.parametrize("form", FORMS)
def test_export_import_export_gives_the_same_bytes(store: Store, elsewhere: Store, tmp_path: Path, form: str) -> None:
    with store.writing() as db:
        awkward(db)
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    first = give_out(store, tmp_path / "1" / form)
    tally = load(elsewhere, tmp_path / "1" / form)
    assert (tally.changed, tally.unchanged) == (0, 0) and tally.added == 18
    assert give_out(elsewhere, tmp_path / "2" / form) == first
    assert load(elsewhere, tmp_path / "1" / form) == Tally(unchanged=18)


def test_an_sv_exports_the_very_bytes_that_the_system_exports(store: Store, tmp_path: Path) -> None:
    with store.writing() as db:
        awkward(db)
        sv = make_actor(db, Role.SV)
    assert give_out(store, tmp_path / "a.jsonl", by=sv) == give_out(store, tmp_path / "b.jsonl")


def test_the_content_of_the_house_goes_in_and_comes_out_as_the_very_files(
    store: Store, elsewhere: Store, tmp_path: Path
) -> None:
    tally = load(store, config.CONTENT)
    assert tally.added >= 86 and (tally.changed, tally.unchanged) == (0, 0)
    pages = contents(config.CONTENT)
    # Synonyms have a command of their own.
    del pages["synonyms.csv"]
    assert give_out(store, tmp_path / "folder") == pages
    assert load(store, config.CONTENT) == Tally(unchanged=tally.added)
    for form in FORMS[1:]:
        first = give_out(store, tmp_path / form)
        if form == "pages.zip":
            load(elsewhere, tmp_path / form)
            (tmp_path / "again").mkdir()
            assert give_out(elsewhere, tmp_path / "again" / form) == first
