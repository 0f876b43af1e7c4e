"""The synonyms' desk: every deed by a plain form, what is told before and after, two SVs at once, and files."""

import io
import re
from typing import Any

import pytest

from kb.rules.roles import SYSTEM
from kb.search.memory_index import MemoryIndex
from kb.services import indexing, synonyms, wordings
from kb.store.base import Store
from kb.store.synonyms import Entry
from tests.conftest import Browser
from tests.make import make_page

DESK = "/ja/synonyms"


def send(browser: Browser, action: str, line: str = "", *, path: str = DESK, **more: Any) -> Any:
    return browser.submit(path, {"action": action, "line": line, **more})


def keep(store: Store, *lines: str) -> list[Entry]:
    with store.writing() as db:
        return [synonyms.add(db, wordings.read(line), by=SYSTEM) for line in lines]


def kept(store: Store) -> set[str]:
    with store.reading() as db:
        _total, found = synonyms.listing(db, limit=1000, viewer=SYSTEM)
        return {synonyms.draft_of(entry).line for entry in found}


def listed(page: str) -> list[str]:
    """The entries of the list as they are read aloud: words and signs alone."""
    rows = re.findall(r'<li class="entry[^>]*>\s*<div>(.*?)<p', page, re.S)
    return ["".join(re.sub(r"<[^>]+>", "", row).split()) for row in rows]


def said(answer: Any) -> str:
    """What an answer says, without the places where a line may break."""
    return re.sub(r"<[^>]+>", "", answer.text)


def form_of(page: str, entry: Entry) -> dict[str, str]:
    """The fields of the row that is open."""
    row = page[page.index(f'id="s-{entry.id}"') :].partition("</li>")[0]
    return dict(re.findall(r'name="(\w+)"(?: type="\w+")? value="([^"]*)"', row))


def test_an_entry_is_added_in_one_line_and_shown_on_top(as_sv: Browser, store: Store) -> None:
    keep(store, "解約＝退会")
    answer = send(as_sv, "add", "スマホ→iPhone、Android", note="店で聞く")
    assert answer.status_code == 302
    page = as_sv.get(answer.location).text
    assert "「スマホ→iPhone＝Android」を加えました。次の検索から使います。" in page
    assert listed(page) == ["スマホ→iPhone＝Android", "解約＝退会"]
    assert "店で聞く" in page


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "言葉を二つ以上"),
        ("返品", "言葉を二つ以上"),
        ("解約＝退会", "同じ組がもうあります"),
        ("引っ越し＝引越し", "組にしなくても見つかります"),
        ("<の＝&を", "働きません"),
    ],
)
def test_a_line_that_is_refused_stays_in_its_field_with_the_reason(
    as_sv: Browser, store: Store, line: str, told: str
) -> None:
    keep(store, "解約＝退会")
    answer = send(as_sv, "add", line, note="覚え", sure=line)
    assert answer.status_code in (409, 422)
    error = re.search(r'id="f-line-error">.*?</p>', answer.text, re.S)
    assert error and told in error[0]
    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f'name="line" type="text" value="{escaped}"' in answer.text and 'value="覚え"' in answer.text
    assert kept(store) == {"解約＝退会"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("返品＝引っ越し＝引越し", "「引っ越し＝引越し」は、もともと同じ言葉として探しています。"),
        ("返品＝返送＝お願いします", "「お願いします」は検索で読み飛ばす言葉なので"),
        ("退会＝脱会", "「退会」は、ほかの組にもあります。"),
    ],
)
def test_a_doubt_is_told_before_it_is_kept_and_the_second_press_keeps_it(
    as_sv: Browser, store: Store, line: str, told: str
) -> None:
    keep(store, "解約＝退会")
    answer = send(as_sv, "add", line)
    assert answer.status_code == 422 and told in answer.text and "もう一度押してください" in answer.text
    assert kept(store) == {"解約＝退会"}
    sure = re.search(r'name="sure" value="([^"]*)"', answer.text)
    assert sure and send(as_sv, "add", line, sure=sure[1]).status_code == 302
    assert kept(store) == {"解約＝退会", line}


def test_a_word_of_another_entry_leads_to_one_entry(as_sv: Browser, store: Store) -> None:
    (entry,) = keep(store, "解約＝退会")
    assert f'name="into" value="{entry.id}"' in send(as_sv, "add", "退会＝脱会").text
    answer = as_sv.submit(DESK, {"line": "退会＝脱会", "into": entry.id})
    assert answer.status_code == 302 and "一つの組「解約＝退会＝脱会」にまとめました" in as_sv.get(answer.location).text
    (other,) = keep(store, "脱会＝会員をやめる")
    as_sv.submit(DESK, {"line": "脱会＝会員をやめる", "into": entry.id, "id": other.id, "seen": other.mark})
    assert kept(store) == {"解約＝退会＝脱会＝会員をやめる"}


def test_an_entry_is_changed_in_its_place(as_sv: Browser, store: Store) -> None:
    entry, _other = keep(store, "解約＝退会", "返品＝返却")
    page = as_sv.get(f"{DESK}?q=解約&edit={entry.id}").text
    fields = form_of(page, entry)
    assert (fields["line"], fields["seen"]) == ("解約＝退会", str(entry.mark))
    answer = as_sv.submit(f"{DESK}?q=解約", {**fields, "action": "change", "line": "解約→退会", "note": "契約"})
    assert answer.status_code == 302 and "q=" in answer.location
    assert kept(store) == {"解約→退会", "返品＝返却"}


def test_a_change_that_is_refused_keeps_its_row_open(as_sv: Browser, store: Store) -> None:
    entry, _other = keep(store, "解約＝退会", "返品＝返却")
    answer = send(as_sv, "change", "解約", id=entry.id, seen=entry.mark)
    assert answer.status_code == 422
    assert form_of(answer.text, entry)["line"] == "解約"
    assert f'id="f-line-{entry.id}-error"' in answer.text and 'id="f-line-error"' not in answer.text


def test_whoever_saves_second_sees_what_the_first_one_made(as_sv: Browser, as_admin: Browser, store: Store) -> None:
    (entry,) = keep(store, "解約＝退会")
    assert send(as_admin, "change", "解約＝脱会", id=entry.id, seen=entry.mark).status_code == 302
    answer = send(as_sv, "change", "解約＝契約終了", id=entry.id, seen=entry.mark)
    assert answer.status_code == 409
    assert "ほかの人がこの組を変えました" in answer.text and "脱会" in answer.text
    fields = form_of(answer.text, entry)
    assert fields["line"] == "解約＝契約終了" and fields["seen"] != str(entry.mark)
    assert kept(store) == {"解約＝脱会"}
    # Pressed again it is a decision: the mark of what is shown goes with it.
    assert send(as_sv, "change", fields["line"], id=entry.id, seen=fields["seen"]).status_code == 302
    assert kept(store) == {"解約＝契約終了"}


def test_what_was_typed_for_an_entry_that_is_gone_goes_into_a_new_one(
    as_sv: Browser, as_admin: Browser, store: Store
) -> None:
    (entry,) = keep(store, "解約＝退会")
    send(as_admin, "remove", id=entry.id, seen=entry.mark)
    answer = send(as_sv, "change", "解約＝契約終了", id=entry.id, seen=entry.mark)
    assert answer.status_code == 409 and "ほかの人がこの組を消しました" in answer.text
    assert 'id="f-line" name="line" type="text" value="解約＝契約終了"' in answer.text


def test_an_entry_is_removed_and_comes_back_at_once_or_later(as_sv: Browser, store: Store) -> None:
    entry, _other = keep(store, "解約＝退会", "返品＝返却")
    answer = send(as_sv, "remove", path=f"{DESK}?q=退会", id=entry.id, seen=entry.mark)
    page = as_sv.get(answer.location).text
    assert "「解約＝退会」を消しました。" in page and listed(page) == [] and kept(store) == {"返品＝返却"}
    assert 'value="restore"' in page[page.index("data-toasts") :]
    removed = as_sv.get(f"{DESK}?removed=1").text
    assert listed(removed) == ["解約＝退会"] and 'aria-label="「解約＝退会」を元に戻す"' in removed
    answer = send(as_sv, "restore", id=entry.id)
    assert "「解約＝退会」を元に戻しました。" in as_sv.get(answer.location).text
    assert kept(store) == {"解約＝退会", "返品＝返却"}
    assert "消しました" not in as_sv.get(f"{DESK}?undo={entry.id}").text


def test_what_somebody_else_changed_is_not_removed(as_sv: Browser, as_admin: Browser, store: Store) -> None:
    (entry,) = keep(store, "解約＝退会")
    send(as_admin, "change", "解約＝脱会", id=entry.id, seen=entry.mark)
    answer = send(as_sv, "remove", id=entry.id, seen=entry.mark)
    assert answer.status_code == 409 and "ほかの人がこの組を変えました" in answer.text
    told = as_sv.submit(
        DESK, {"action": "remove", "id": entry.id, "seen": entry.mark}, headers={"Accept": "application/json"}
    )
    assert (told.status_code, told.get_json()["error"]["code"]) == (409, "stale")
    assert kept(store) == {"解約＝脱会"}


def test_the_list_is_filtered_and_goes_on(as_sv: Browser, store: Store) -> None:
    keep(store, "ハンコ＝印鑑", *(f"言葉{number}＝別の言葉{number}" for number in range(55)))
    assert listed(as_sv.get(f"{DESK}?q=はんこ").text) == ["ハンコ＝印鑑"]
    assert "「うなぎ」を含む組はありません" in said(as_sv.get(f"{DESK}?q=うなぎ"))
    first, second = as_sv.get(DESK).text, as_sv.get(f"{DESK}?page=2").text
    assert "56組" in first and len(listed(first)) == 50 and listed(second)[-1] == "ハンコ＝印鑑"
    assert not set(listed(first)) & set(listed(second))
    assert len(listed(as_sv.get(f"{DESK}?q=言葉&page=2").text)) == 5


def test_an_empty_house_can_begin_with_the_first_list(as_sv: Browser, store: Store) -> None:
    assert "まだ組はありません" in said(as_sv.get(DESK))
    answer = send(as_sv, "first")
    assert answer.status_code == 302 and "まだ組はありません" not in said(as_sv.get(answer.location))
    assert "返品＝返却＝返送＝送り返す＝商品を返す" in kept(store)


def test_a_file_goes_out_and_comes_in(as_sv: Browser, store: Store) -> None:
    keep(store, "解約＝退会", "スマホ→iPhone")
    answer = as_sv.get(f"{DESK}/export.csv")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    more = answer.get_data() + "返品|返却,,店\r\n".encode()
    for told in ("追加 1組、メモの変更 0組、変わらないもの 2組", "追加 0組、メモの変更 0組、変わらないもの 3組"):
        sent = send(as_sv, "import", file=(io.BytesIO(more), "a.csv"))
        assert told in as_sv.get(sent.location).text
    assert kept(store) == {"解約＝退会", "スマホ→iPhone", "返品＝返却"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "取り込むCSVファイルを選んでください"),
        ("wordings,one_way,note\n返品,,".encode(), "a.csv の 2 行目：言葉を二つ以上"),
        ("word\n返品|返却".encode(), "「word」という項目はありません"),
        (b'wordings\n"a', "閉じ忘れ"),
    ],
)
def test_a_bad_file_is_told_at_its_field(as_sv: Browser, store: Store, content: bytes, told: str) -> None:
    file = {"file": (io.BytesIO(content), "a.csv")} if content else {}
    answer = send(as_sv, "import", **file)
    assert answer.status_code == 422
    aside = answer.text[answer.text.index('id="csv"') :]
    assert told in re.sub(r"<[^>]+>", "", aside)
    assert kept(store) == set()


def test_the_preview_tells_how_a_line_is_read_and_what_it_would_find(
    as_sv: Browser, store: Store, index: MemoryIndex
) -> None:
    with store.writing() as db:
        make_page(db, "ハンコの貸し出し")
    indexing.drain_all(store, index)
    preview = f"{DESK}/preview"
    told = as_sv.submit(preview, {"line": "ハンコ→印鑑、認印"}).text
    assert "逆は見つけません" in told and "<html" not in told and "trial" not in told
    assert re.sub(r"<[^>]+>|\s", "", told).startswith("ハンコ→印鑑＝認印")
    assert "二つ以上" in as_sv.submit(preview, {"line": "ハンコ"}).text
    assert as_sv.submit(preview, {"line": " "}).text.strip() == ""
    tried = as_sv.submit(preview, {"line": "ハンコ＝印鑑", "action": "try"}).text
    assert "この組がないとき" in tried and "ハンコの貸し出し" in tried and 'value="ハンコ"' in tried
    other = as_sv.submit(preview, {"line": "ハンコ＝印鑑", "action": "try", "try": "再配達"}).text
    assert "見つかりません" in other and 'value="再配達"' in other
    assert kept(store) == set()


def test_trying_works_by_a_plain_form_and_keeps_nothing(as_sv: Browser, store: Store) -> None:
    answer = send(as_sv, "try", "ハンコ＝印鑑")
    assert answer.status_code == 200 and "この組があるとき" in answer.text and kept(store) == set()
    (entry,) = keep(store, "解約＝退会")
    answer = send(as_sv, "try", "解約＝脱会", id=entry.id, seen=entry.mark)
    assert form_of(answer.text, entry)["line"] == "解約＝脱会" and kept(store) == {"解約＝退会"}


def test_the_door_is_shown_to_svs_alone_and_the_record_tells_the_words(
    as_sv: Browser, as_operator: Browser, store: Store
) -> None:
    assert 'href="/ja/synonyms"' in as_sv.get("/ja/console").text
    assert 'href="/ja/synonyms"' not in as_operator.get("/ja/console").text
    assert as_operator.get(DESK).status_code == send(as_operator, "add", "返品＝返却").status_code == 403
    send(as_sv, "add", "返品＝返却")
    assert "同義語を加えた：返品＝返却" in as_sv.get("/ja/admin/events").text


def test_the_next_search_finds_by_the_other_word_until_the_entry_is_removed(
    as_sv: Browser, as_operator: Browser, store: Store, index: MemoryIndex
) -> None:
    with store.writing() as db:
        make_page(db, "冷蔵庫の登録")
    indexing.drain_all(store, index)

    # A name of the house, which no dictionary takes for the other word.
    def finds(words: str) -> bool:
        return "の登録</a>" in re.sub(r"</?mark>", "", as_operator.get(f"/ja/console?q={words}").text)

    assert finds("冷蔵庫") and not finds("クマール")
    send(as_sv, "add", "クマール→冷蔵庫")
    assert finds("クマール")
    with store.reading() as db:
        _total, (entry,) = synonyms.listing(db, limit=1, viewer=SYSTEM)
    send(as_sv, "remove", id=entry.id, seen=entry.mark)
    assert not finds("クマール")


def test_words_of_a_search_that_missed_are_brought_along(as_sv: Browser) -> None:
    assert 'value="ハンコ＝印鑑"' in as_sv.get("/ja/synonyms?line=ハンコ＝印鑑").text
