"""Keeping synonyms: who may, what is refused, two SVs at once, undoing, files, and that every search sees it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from kb import config, demonstration
from kb.rules import limits
from kb.rules.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from kb.rules.roles import SYSTEM, VISITOR, Actor
from kb.search.port import Synonym
from kb.services import sheets, synonyms, wordings
from kb.services.house import House
from kb.services.importing import Tally
from kb.services.synonyms import Stale
from kb.store.base import Session, Store, open_store
from kb.store.events import Event
from kb.store.synonyms import Entry
from tests.conftest import StoppedClock

SEED = config.CONTENT / "synonyms.csv"


def add(db: Session, line: str, by: Actor = SYSTEM) -> Entry:
    return synonyms.add(db, wordings.read(line), by=by)


def lines(db: Session, **wanted: object) -> list[str]:
    _total, found = synonyms.listing(db, limit=100, viewer=SYSTEM, **wanted)  # type: ignore[arg-type]
    return [synonyms.draft_of(entry).line for entry in found]


def test_an_operator_and_a_visitor_may_not_touch_them(db: Session, operator: Actor) -> None:
    entry, draft = add(db, "返品＝返却"), wordings.read("解約＝退会")
    for actor, refusal in ((operator, NotAllowed), (VISITOR, NotSignedIn)):
        for verb in (
            lambda by: synonyms.add(db, draft, by=by),
            lambda by: synonyms.change(db, entry.id, draft, seen=entry.mark, by=by),
            lambda by: synonyms.join(db, entry.id, draft, by=by),
            lambda by: synonyms.remove(db, entry.id, by=by),
            lambda by: synonyms.restore(db, entry.id, by=by),
            lambda by: synonyms.take_in(db, [], by=by),
            lambda by: synonyms.rows(db, by=by),
            lambda by: synonyms.listing(db, limit=1, viewer=by),
            lambda by: synonyms.counts(db, viewer=by),
            lambda by: synonyms.entry(db, entry.id, viewer=by),
            lambda by: synonyms.overlapping(db, draft, viewer=by),
        ):
            with pytest.raises(refusal):
                verb(actor)
    assert lines(db) == ["返品＝返却"]


def test_an_sv_adds_changes_removes_and_undoes_and_the_record_tells_it(db: Session, sv: Actor) -> None:
    entry = add(db, "返品＝返却", by=sv)
    synonyms.change(db, entry.id, wordings.read("返品→返却＝返送", "店"), seen=entry.mark, by=sv)
    assert (entry.wordings, entry.one_way, entry.note) == (["返品", "返却", "返送"], True, "店")
    assert (entry.created_by_id, entry.updated_by_id) == (sv.id, sv.id)
    synonyms.remove(db, entry.id, seen=entry.mark, by=sv)
    assert lines(db) == [] and lines(db, removed=True) == ["返品→返却＝返送"]
    synonyms.restore(db, entry.id, by=sv)
    assert lines(db) == ["返品→返却＝返送"] and lines(db, removed=True) == []
    told = [(event.verb, event.actor_id, event.facts) for event in db.scalars(select(Event).order_by(Event.id))]
    after = {"synonyms": entry.id, "line": "返品→返却＝返送"}
    assert told == [
        ("synonyms added", sv.id, {"synonyms": entry.id, "line": "返品＝返却"}),
        ("synonyms changed", sv.id, {**after, "before": "返品＝返却"}),
        ("synonyms removed", sv.id, after),
        ("synonyms restored", sv.id, after),
    ]


def test_saving_what_already_stands_there_changes_nothing(db: Session, sv: Actor) -> None:
    entry = add(db, "返品＝返却")
    mark, happened = entry.mark, len(list(db.scalars(select(Event))))
    synonyms.change(db, entry.id, wordings.read("返品＝返却"), seen=mark, by=sv)
    synonyms.restore(db, entry.id, by=sv)
    assert (entry.mark, len(list(db.scalars(select(Event))))) == (mark, happened)


def test_whoever_comes_second_is_told_and_overwrites_nothing(db: Session, sv: Actor) -> None:
    entry = add(db, "返品＝返却")
    seen = entry.mark
    synonyms.change(db, entry.id, wordings.read("返品＝返送"), seen=seen, by=sv)
    with pytest.raises(Stale, match="ほかの人がこの組を変えました") as stale:
        synonyms.change(db, entry.id, wordings.read("返品＝お返し"), seen=seen, by=SYSTEM)
    assert stale.value.status == 409 and stale.value.entry is entry
    with pytest.raises(Stale):
        synonyms.remove(db, entry.id, seen=seen, by=SYSTEM)
    assert lines(db) == ["返品＝返送"]
    synonyms.remove(db, entry.id, seen=entry.mark, by=sv)
    with pytest.raises(Stale, match="ほかの人がこの組を消しました"):
        synonyms.change(db, entry.id, wordings.read("返品＝お返し"), seen=seen, by=SYSTEM)
    with pytest.raises(Stale):
        synonyms.join(db, entry.id, wordings.read("返品＝お返し"), by=SYSTEM)
    # Removing it once more is what was wished anyway.
    synonyms.remove(db, entry.id, seen=seen, by=SYSTEM)
    assert lines(db) == []


def test_the_same_entry_is_not_kept_twice(db: Session) -> None:
    add(db, "wi-fi＝無線LAN")
    with pytest.raises(Conflict, match="同じ組がもうあります"):
        add(db, "無線ＬＡＮ＝Ｗｉ-Ｆｉ")
    one_way = add(db, "wi-fi→無線LAN")
    with pytest.raises(Conflict):
        synonyms.change(db, one_way.id, wordings.read("無線LAN＝Wi-Fi"), seen=one_way.mark, by=SYSTEM)
    synonyms.remove(db, one_way.id, by=SYSTEM)
    again = add(db, "wi-fi→無線LAN")
    with pytest.raises(Conflict):
        synonyms.restore(db, one_way.id, by=SYSTEM)
    assert again.id != one_way.id


def test_an_unknown_entry_is_not_found(db: Session) -> None:
    draft = wordings.read("返品＝返却")
    for verb in (
        lambda: synonyms.change(db, 99, draft, seen=1, by=SYSTEM),
        lambda: synonyms.join(db, 99, draft, by=SYSTEM),
        lambda: synonyms.remove(db, 99, by=SYSTEM),
        lambda: synonyms.restore(db, 99, by=SYSTEM),
        lambda: synonyms.entry(db, 99, viewer=SYSTEM),
    ):
        with pytest.raises(NotFound):
            verb()


def test_there_is_an_end_to_how_many(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SYNONYMS", 2)
    first = add(db, "返品＝返却")
    synonyms.remove(db, first.id, by=SYSTEM)
    add(db, "解約＝退会")
    add(db, "ゴミ＝廃棄物")
    for verb in (lambda: add(db, "結婚＝婚姻"), lambda: synonyms.restore(db, first.id, by=SYSTEM)):
        with pytest.raises(Invalid, match="2組まで"):
            verb()
    with pytest.raises(Invalid, match="2組まで"):
        synonyms.take_in(db, [row("結婚|婚姻")], by=SYSTEM)


def test_a_word_in_another_entry_is_told_and_both_become_one(db: Session) -> None:
    kept, other = add(db, "返品＝返却"), add(db, "お返し→返却")
    draft = wordings.read("返却＝返送")
    found = {one.entry.id: one for one in synonyms.overlapping(db, draft, viewer=SYSTEM)}
    assert found[kept.id].wordings == ("返却",) and found[other.id].joined is None
    assert found[kept.id].joined == wordings.read("返品＝返却＝返送")
    assert synonyms.overlapping(db, wordings.read("結婚＝婚姻"), viewer=SYSTEM) == []
    assert [one.entry for one in synonyms.overlapping(db, draft, but=kept.id, viewer=SYSTEM)] == [other]
    synonyms.join(db, kept.id, draft, by=SYSTEM)
    assert kept.wordings == ["返品", "返却", "返送"]
    third = add(db, "返送＝送り返す")
    synonyms.join(db, kept.id, wordings.read("返送＝送り返す"), but=third.id, by=SYSTEM)
    assert set(lines(db)) == {"返品＝返却＝返送＝送り返す", "お返し→返却"}


def test_the_filter_finds_letters_of_either_kana_and_width_and_the_note(db: Session) -> None:
    add(db, "ハンコ＝印鑑")
    synonyms.add(db, wordings.read("Wi-Fi＝無線LAN", "窓口でよく聞く"), by=SYSTEM)
    for words in ("はんこ", "ﾊﾝｺ", "ンコ", "印"):
        assert lines(db, words=words) == ["ハンコ＝印鑑"], words
    for words in ("ｗｉ-ｆｉ", "LAN", "よく聞く"):
        assert lines(db, words=words) == ["Wi-Fi＝無線LAN"], words
    assert lines(db, words="返品") == []
    assert len(lines(db, words=" ")) == 2


def test_every_search_goes_by_the_very_same_tuple_until_something_changes(store: Store) -> None:
    with store.writing() as db:
        entry = add(db, "返品＝返却")
        add(db, "スマホ→iPhone")
    with store.reading() as db:
        first = synonyms.current(db)
    assert first == (Synonym(("返品", "返却")), Synonym(("スマホ", "iPhone"), one_way=True))
    with store.reading() as db:
        assert synonyms.current(db) is first
    with store.writing() as db:
        synonyms.remove(db, entry.id, by=SYSTEM)
    with store.reading() as db:
        assert synonyms.current(db) == first[1:]
    with store.writing() as db:
        synonyms.restore(db, entry.id, by=SYSTEM)
    with store.reading() as db:
        assert synonyms.current(db) == first


def test_what_another_process_changes_is_seen_and_what_is_rolled_back_is_forgotten(
    store: Store, clock: StoppedClock
) -> None:
    with store.writing() as db:
        add(db, "返品＝返却")
    with store.session(write=True) as db:
        add(db, "取り消される＝組")
        assert len(synonyms.current(db)) == 2
        db.rollback()
    with store.reading() as db:
        assert synonyms.current(db) == (Synonym(("返品", "返却")),)
    elsewhere = open_store(str(store.writer.url))
    with elsewhere.writing() as db:
        add(db, "解約＝退会")
    elsewhere.close()
    with store.reading() as db:
        assert synonyms.current(db) == (Synonym(("返品", "返却")), Synonym(("解約", "退会")))


def row(words: str, one_way: str = "", note: str = "", line: int = 2) -> sheets.Row:
    given = {"wordings": words, "one_way": one_way, "note": note}
    return sheets.Row("a.csv", line, {key: value for key, value in given.items() if value})


def test_a_file_adds_what_is_missing_and_brings_back_what_was_removed(db: Session) -> None:
    kept, removed = add(db, "返品＝返却"), add(db, "解約＝退会")
    synonyms.remove(db, removed.id, by=SYSTEM)
    rows = [row("返却|返品", note="店"), row("退会|解約"), row("スマホ|iPhone", "1"), row("iPhone|スマホ", "1")]
    assert synonyms.take_in(db, rows, by=SYSTEM) == Tally(added=3, changed=1)
    assert synonyms.take_in(db, rows, by=SYSTEM) == Tally(unchanged=4)
    assert (kept.wordings, kept.note) == (["返品", "返却"], "店")
    assert set(lines(db)) == {"返品＝返却", "解約＝退会", "スマホ→iPhone", "iPhone→スマホ"}


def test_a_bad_row_is_named_and_nothing_is_kept(store: Store) -> None:
    with pytest.raises(Invalid, match=r"a.csv の 3 行目：.*二つ以上"), store.writing() as db:
        synonyms.take_in(db, [row("返品|返却"), row("返品", line=3)], by=SYSTEM)
    with store.reading() as db:
        assert not synonyms.has_any(db)


def test_what_is_written_to_a_file_is_taken_in_again(db: Session, tmp_path: Path) -> None:
    for line in ("返品＝返却", "スマホ→iPhone＝Android", "-5度＝氷点下"):
        synonyms.add(db, wordings.read(line, f'{line[0]}, "覚え"'), by=SYSTEM)
    path = tmp_path / "synonyms.csv"
    sheets.write(path, synonyms.rows(db, by=SYSTEM), [], wordings.KEYS)
    before = synonyms.rows(db, by=SYSTEM)
    assert synonyms.take_in(db, sheets.read(path).rows, by=SYSTEM) == Tally(unchanged=3)
    for entry in list(db.scalars(select(Entry))):
        db.delete(entry)
    db.flush()
    assert synonyms.take_in(db, sheets.read(path).rows, by=SYSTEM) == Tally(added=3)
    assert synonyms.rows(db, by=SYSTEM) == before


def test_the_first_list_reads_well_and_no_word_of_it_does_nothing() -> None:
    drafts = [wordings.of_row(one) for one in sheets.read(SEED).rows]
    assert len(drafts) > 250
    assert len({draft.key for draft in drafts}) == len(drafts)
    for draft in drafts:
        assert wordings.advise(draft) == wordings.Advice((), ()), draft.line


def test_the_first_list_is_loaded_once_and_what_an_sv_made_of_it_stays(house: House, store: Store) -> None:
    demonstration.synonyms_of(house)
    with store.writing() as db:
        total, found = synonyms.listing(db, words="返品", limit=1, viewer=SYSTEM)
        assert total >= 1
        synonyms.remove(db, found[0].id, by=SYSTEM)
        before = synonyms.counts(db, viewer=SYSTEM)
    demonstration.synonyms_of(house)
    with store.reading() as db:
        assert synonyms.counts(db, viewer=SYSTEM) == before == (before[0], 1)
