"""No address tells anybody a word that they may not read: not in text, counts, headers, files, or by what it finds."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import true

from kb.rules.pages import Audience
from kb.search import weighing
from kb.services import attaching
from kb.store import notices as notice_store
from kb.store import pages as page_store
from kb.text import audience as audiences
from tests.web.crawl import TAG, leaks, text_of, words_told
from tests.web.secrets import ADMIN, AUTHOR, DISABLED, EDITOR, OPERATOR, PEOPLE, READERS, STAFF, SV, VISITOR
from tests.web.world import World

# What changes from one answer to the next, whoever asks.
CHANGING = re.compile(r'nonce[-="\w]+|name="csrf_token" value="[^"]*"|"took_ms":[\d.]+|Content-Length: \d+')
NOBODYS = "zqnobodyswords"
LONG = pytest.mark.long
ALIKE = (ADMIN, AUTHOR, EDITOR)
SORTS = {"zqstaffblock", "zqsvblock", "zqstafftitle", "zqsvphrase", "zqsvtag", "zqsvshelf", "zqdraft", "zqarchivedbody"}


@pytest.fixture(autouse=True)
def nothing_kept(world: World) -> Iterator[None]:
    """Some tests open a hole on purpose: what is drawn through it must not be given to the next one."""
    cache: Any = world.app.wsgi_app
    cache.clear()
    yield
    cache.clear()


# An administrator reads what an SV reads, authors and editors hardly more than operators do.
@pytest.mark.parametrize("who", [pytest.param(who, marks=LONG if who in ALIKE else ()) for who in PEOPLE])
def test_nobody_is_told_a_word_that_they_may_not_read(world: World, who: str) -> None:
    # Somebody whose account is closed is a visitor, and an admin reads what an SV reads: once round is enough for them.
    told = words_told(world, who, plain=who in (DISABLED, ADMIN))
    assert leaks(told, who) == {}
    # Whoever may read a word finds it somewhere, so the crawl does pass by the places where it would leak.
    assert {word for word, readers in READERS.items() if who in readers} - told.keys() == set()


@pytest.mark.parametrize("who", [VISITOR, OPERATOR, AUTHOR, SV])
def test_a_search_for_a_hidden_word_is_answered_like_one_for_a_word_that_nobody_wrote(world: World, who: str) -> None:
    nothing, nowhere = _found(world, who, NOBODYS), _found_anywhere(world, who, NOBODYS)
    for word in READERS:
        if who not in READERS[word]:
            assert _found(world, who, word) == nothing, word
            # Every other way of looking is slower, so it is tried with one word of each sort.
            if word in SORTS:
                assert _found_anywhere(world, who, word) == nowhere, word


def test_a_search_for_a_word_that_one_may_read_finds_it(world: World) -> None:
    for word in ("zqstaffblock", "zqstaffbody", "zqstaffphrase", "zqsubmitted"):
        assert _found(world, OPERATOR, word) != _found(world, OPERATOR, NOBODYS), word
    assert _found(world, SV, "zqsvblock") != _found(world, SV, NOBODYS)


def _found(world: World, who: str, word: str) -> list[str]:
    browser = world.browsers[who]
    asked = [f"/api/v1/search?q={word}", f"/api/v1/suggest?q={word}"]
    half = word[:-2]
    # Half a word may be the beginning of another one, which this reader knows.
    if not any(other.startswith(half) for other, readers in READERS.items() if who in readers):
        asked.append(f"/api/v1/suggest?q={half}")
    else:
        asked.append(f"/api/v1/suggest?q={NOBODYS[:-2]}")
    answers = [CHANGING.sub("", text_of(browser.get(address))) for address in asked]
    return [text.replace(word, NOBODYS).replace(half, NOBODYS[:-2]) for text in answers]


def _found_anywhere(world: World, who: str, word: str) -> list[str]:
    browser = world.browsers[who]
    asked = [f"/ja/search?q={word}", f"/ja/suggest?q={word}"]
    asked += [f"/api/v1/search?q=%22{word}%22", f"/api/v1/search?q=配送+-{word}", f"/api/v1/search?q=配送&tag={word}"]
    asked += [f"/api/v1/pages?tag={word}", f"/api/v1/search?q=配送&category={word}", f"/ja/category/{word}"]
    if who in STAFF:
        asked += [f"/ja/console?q={word}", f"/ja/console?tag={word}", f"/ja/console/suggest?q={word}"]
        asked += [f"/ja/console?q={word}&part=list", f"/ja/console?q=配送&category={word}"]
        asked += [f"/ja/call?q={word}&part=list", f"/ja/call?q=配送&tag={word}&part=list"]
        asked += [f"/ja/console/why?q=配送&page={word}", f"/ja/console/why?q={word}&page={world.ids['public']}"]
        asked += [f"/ja/pages?q={word}", f"/ja/pages?category={word}", f"/ja/pages/new?title={word}"]
    answers = [browser.get(address) for address in asked]
    if who in STAFF:
        for path, name in (("/ja/stories/look-alikes", "text"), ("/ja/preview", "body")):
            answers.append(browser.submit(path, {name: f"[[{word}]] {word}", "audience": "sv"}))
    return [CHANGING.sub("", text_of(answer)).replace(word, NOBODYS) for answer in answers]


@pytest.mark.parametrize("who", [VISITOR, OPERATOR, AUTHOR])
def test_a_link_to_a_hidden_page_looks_like_a_link_to_a_missing_one(world: World, who: str) -> None:
    public = f"/ja/faq/{world.ids['public']}"
    if who == VISITOR:
        assert "redlink" not in world.browsers[who].get(public, follow_redirects=True).text
        return
    body = "[[zqsvtitle 配送]] [[zqnothing 配送]]"
    answer = world.browsers[who].submit("/ja/preview", {"body": body, "audience": "sv"})
    hidden, missing = re.findall(r"<(?:a|span)[^>]*>zq\w+ 配送</(?:a|span)>", answer.text)
    assert hidden.replace("zqsvtitle", "zqnothing") == missing


def test_without_the_cut_the_crawl_finds_every_block(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiences, "cut", lambda body, audience: body)
    for address in ("faq.page", "api.page"):
        found = leaks(words_told(world, VISITOR, only=(address,)), VISITOR)
        assert {"zqsayblock", "zqaskblock", "zqlimitblock", "zqstaffblock", "zqsvblock"} <= found.keys()


def test_without_the_condition_on_pages_the_crawl_finds_titles(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_store, "visible_to", lambda viewer: true())
    found = leaks(words_told(world, VISITOR, only=("faq.page",)), VISITOR)
    assert {"zqstafftitle", "zqstaffbody", "zqsvtitle", "zqarchivedtitle", "zqsubmitted"} <= found.keys()


def test_without_the_condition_on_revisions_the_crawl_finds_the_past(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_store, "readable", lambda viewer: true())
    found = leaks(words_told(world, OPERATOR, only=("history.show", "history.compare")), OPERATOR)
    assert {"zqoldsv", "zqdraft", "zqreturned", "zqsvbody"} <= found.keys()


def test_without_the_condition_on_files_the_crawl_finds_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, "is_open", lambda *_page, **_viewer: True)
    assert {"zqfilecontent", "zqsvfilename"} <= leaks(words_told(world, VISITOR, only=("files.show",)), VISITOR).keys()


def test_without_the_condition_on_notices_the_crawl_finds_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_store, "visible_to", lambda viewer: true())
    found = leaks(words_told(world, VISITOR, only=("faq.search", "faq.page")), VISITOR)
    assert {"zqstaffnotice", "zqsvnotice", "zqsvpagenotice"} <= found.keys()


def test_with_one_field_for_all_a_search_tells_of_hidden_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weighing.FIELDS, Audience.PUBLIC, weighing.FIELDS[Audience.SV])
    assert _found(world, VISITOR, "zqstaffblock") != _found(world, VISITOR, NOBODYS)


def test_a_word_between_tags_is_seen() -> None:
    assert TAG.sub("", "zqsv<wbr>title") == "zqsvtitle"
