"""What templates draw of pages, revisions and events: their facts in small dictionaries."""

from typing import Any

from kb.rules.pages import Significance
from kb.rules.settings import TABLE
from kb.services import flagging, following, reading, submitting, validating, weighing
from kb.web import cards
from kb.web.filters import personal_word
from kb.web.house import actor, lang
from kb.web.language import gettext as _
from kb.web.transaction import db

HEADINGS = tuple(submitting.HEADINGS.items())


def page_card(view: reading.View) -> dict[str, Any]:
    """The head of a page for staff."""
    page, revision = view.page, view.revision
    return {
        "id": page.id,
        "title": revision.title,
        "kind": page.kind.value,
        "audience": revision.audience.value,
        "confidence": page.confidence.value if view.is_live else "unvalidated",
        "number": revision.number,
        "revision_id": revision.id,
        "updated_at": page.updated_at,
        "author": cards.who(revision.author),
        "validated_at": page.validated_at if view.is_live else None,
        "validated_by": cards.who(page.validated_by) if page.validated_by else "",
        "category": cards.category(page.category),
        "tags": revision.tags,
        "phrases": revision.phrases,
        "archived": page.archived_at is not None,
        "is_live": view.is_live,
        "is_experience": page.kind.value == "case",
        "flagged": flagging.is_flagged(db(), page.id, viewer=actor()),
        **_trust(view),
    }


def _trust(view: reading.View) -> dict[str, Any]:
    """When a page was last found to hold, how many calls confirmed it since, and whether anything speaks against it."""
    page = view.page
    if not view.is_live or page.validated_at is None or page.archived_at is not None:
        return {"fresh_at": None, "confirmed": 0, "doubtful": False}
    confirmed = validating.confirmed(db(), page.id, viewer=actor())
    return {
        "fresh_at": validating.fresh_at(db(), page),
        "confirmed": confirmed.times if confirmed else 0,
        "doubtful": weighing.is_doubtful(db(), page.id, viewer=actor()),
    }


def revision_row(revision: Any) -> dict[str, Any]:
    """A version in the history."""
    return {
        "id": revision.id,
        "number": revision.number,
        "title": revision.title,
        "author": cards.who(revision.author),
        "at": revision.decided_at or revision.created_at,
        "note": revision.note,
        "significance": revision.significance.value,
        "state": revision.state.value,
        "is_live": revision.id == revision.page.current_revision_id,
        "approved_by": cards.who(revision.decided_by) if revision.decided_by else "",
    }


def story_facts(revision: Any) -> dict[str, Any]:
    """A story as its parts: the customer's words first, then what was filled in."""
    story = submitting.from_revision(revision)
    words = {
        "purpose": _("本当の目的"),
        "done": _("したこと"),
        "proposal": _("提案したこと"),
        "result": _("結果"),
        "learnt": _("学んだこと"),
    }
    facts = [(word, getattr(story, name)) for name, word in words.items() if getattr(story, name)]
    return {"opening": story.words, "facts": facts}


def significance_word(significance: Significance) -> str:
    """How much an edit changes, as the editor asks it."""
    return {
        Significance.TYPO: _("誤字・言い回し"),
        Significance.CHANGE: _("内容が変わる"),
        Significance.ADVICE: _("案内の仕方が変わる"),
    }[significance]


def proposal_row(item: following.Item) -> dict[str, Any]:
    """A proposal in the SV's queue."""
    revision = item.revision
    return {
        "id": revision.id,
        "revision_id": revision.id,
        "number": revision.number,
        "title": revision.title,
        "what": "story" if item.is_story else "edit",
        "state": revision.state.value,
        "kind": revision.page.kind.value,
        "audience": revision.audience.value,
        "why": revision.note if not item.is_story else "",
        "author": cards.who(revision.author),
        "submitted_at": revision.submitted_at,
        "note": revision.note,
        "significance_word": significance_word(revision.significance),
        "decided_by": cards.who(revision.decided_by) if revision.decided_by else "",
        "decided_at": revision.decided_at,
        "reason": revision.reason,
        "thanks": revision.thanks,
        "times": item.times,
        "earlier_reason": item.earlier_reason,
        "target": {"title": revision.page.shown.title} if not item.is_story and revision.page.shown else None,
        "reviewer": cards.who(revision.taken_by) if revision.taken_by else "",
        "taken_at": revision.taken_at,
        "mine": revision.taken_by_id is not None and revision.taken_by_id == actor().id,
        "own": revision.author_id == actor().id,
        "old": False,
        "edit_url": None,
    }


def proposal_facts(item: following.Item) -> dict[str, Any]:
    """What a proposal says in short: a story's parts, or why a page was edited."""
    if item.is_story:
        return story_facts(item.revision)
    return {"opening": "", "facts": [(_("変えたこと"), item.revision.note or _("（書きとめなし）"))]}


def event_sentence(event: Any) -> str:
    """What happened, in the reader's language."""
    facts = event.facts or {}
    sentence = (_page_words(facts) | _session_words() | _house_words()).get(event.verb, event.verb)
    if facts.get("kinds"):
        said = [f"{personal_word(kind)} {count}" for kind, count in facts["kinds"].items()]
        sentence += _("：%(who)s", who=_("、").join(said))
    if facts.get("kept"):
        said = [f"{personal_word(kind)} {count}" for kind, count in facts["kept"].items()]
        sentence += _("（確かめて残した言葉：%(who)s）", who=_("、").join(said))
    if facts.get("own_text"):
        sentence += _("（自分の文を自分で）")
    if facts.get("settings"):
        labels = [_(TABLE[name].label) for name in facts["settings"] if name in TABLE]
        sentence += _("：%(who)s", who=_("、").join(labels))
    if facts.get("line"):
        sentence += _("：%(who)s", who=facts["line"])
    if event.user is not None and event.user_id != event.actor_id and event.page_id is None:
        sentence += _("：%(who)s", who=event.user.display_name)
    return sentence


def _page_words(facts: dict[str, Any]) -> dict[str, str]:
    """What happens to pages and their revisions."""
    return {
        "page created": _("記事を公開した"),
        "revision published": _("新しい版を公開した"),
        "revision proposed": _("改訂を提案した"),
        "revision submitted": _("もう一度提出した") if facts.get("again") else _("提出した"),
        "revision withdrawn": _("取り下げた"),
        "story drafted": _("下書きを書いた"),
        "review taken": _("確認を始めた"),
        "review given back": _("確認を手放した"),
        "comment written": _("コメントを書いた"),
        "revision approved": _("承認して公開した"),
        "revision returned": _("書いた人に戻した"),
        "revision rejected": _("見送った"),
        "revision duplicate": _("重複とした"),
        "revision merged": _("ほかの記事に統合した"),
        "page archived": _("公開を終えた"),
        "page brought back": _("公開に戻した"),
        "page moved": _("分類を変えた"),
        "page validated": _("内容を確かめ、印をつけた"),
        "page kept": _("見直して、残すと決めた"),
        "owner set": _("担当を決めた"),
        "owner removed": _("担当を外した"),
        "change sampled": _("公開した変更を、あとから確かめた"),
        "pages imported": _("取り込んだ"),
        "story linked": _("食い違う体験を結びつけた"),
        "story unlinked": _("食い違う体験を外した"),
        "file attached": _("ファイルを添付した"),
        "file removed": _("ファイルを外した"),
    }


def _session_words() -> dict[str, str]:
    """What happens in story sessions, and to what comes out of them."""
    return {
        "session planned": _("語り場を計画した"),
        "session changed": _("語り場の予定を変えた"),
        "session cancelled": _("語り場を取りやめた"),
        "session started": _("語り場を始めた"),
        "session ended": _("語り場を終えた"),
        "note settled": _("書きとめの行き先を決めた"),
        "note reopened": _("書きとめの行き先を選び直した"),
        "voice raised": _("お客様の声を書きとめた"),
        "voice sent": _("お客様の声を製品担当に届けた"),
        "voice answered": _("お客様の声に返事をもらった"),
        "task given": _("やることを頼んだ"),
        "task done": _("やることを済ませた"),
    }


def _house_words() -> dict[str, str]:
    """What happens to everything else."""
    return {
        "synonyms added": _("同義語を加えた"),
        "synonyms changed": _("同義語を変えた"),
        "synonyms removed": _("同義語を消した"),
        "synonyms restored": _("同義語を元に戻した"),
        "synonyms imported": _("同義語を取り込んだ"),
        "notice posted": _("速報を出した"),
        "notice ended": _("速報を終えた"),
        "notice brought back": _("速報を元に戻した"),
        "page flagged": _("記事を指摘した"),
        "flag closed": _("指摘に返事をして閉じた"),
        "flag taken": _("指摘を引き受けた"),
        "flag given back": _("指摘を手放した"),
        "gap taken": _("見つからない言葉を引き受けた"),
        "gap given back": _("見つからない言葉を手放した"),
        "gap closed by page": _("見つからない言葉を記事で閉じた"),
        "gap closed by synonym": _("見つからない言葉を同義語で閉じた"),
        "gap closed by dismissed": _("見つからない言葉を見送った"),
        "gap opened again": _("見つからない言葉がまた探された"),
        "help asked": _("SVに相談した"),
        "help taken": _("相談を引き受けた"),
        "help given back": _("相談を手放した"),
        "help answered": _("相談に答えた"),
        "help withdrawn": _("相談を取り下げた"),
        "inquiry received": _("お問い合わせが届いた"),
        "inquiry taken": _("お問い合わせの対応を始めた"),
        "inquiry given back": _("お問い合わせの対応を手放した"),
        "inquiry closed": _("お問い合わせを済みにした"),
        "inquiry became a page": _("お問い合わせから記事を作った"),
        "personal data masked": _("個人情報を伏せて保存した"),
        "personal data kept": _("個人情報を残して保存した"),
        "settings changed": _("設定を変えた"),
        "calls imported": _("応対を取り込んだ"),
        "signed in": _("サインインした"),
        "password changed": _("パスワードを変えた"),
        "password reset": _("パスワードを作り直した"),
        "role changed": _("役割を変えた"),
        "mail address changed": _("知らせの届け先を変えた"),
        "account opened": _("人を加えた"),
        "account closed": _("サインインを止めた"),
        "account reopened": _("サインインを再開した"),
        "display name changed": _("名前を変えた"),
        "category changed": _("分類の表を変えた"),
    }


def category_options(shelves: list[reading.Shelf]) -> list[tuple[str, str]]:
    """Categories for a select."""
    return [(str(one.category.id), one.category.name(lang())) for one in shelves]
