"""Fill the demonstration's review desk: stories that wait, a proposal under discussion, and one contradiction."""

from dataclasses import replace

from kb.rules.roles import Actor
from kb.services import editing, lineage, reviewing, submitting, talking, voicing
from kb.services.checking import text_of
from kb.services.submitting import Story
from kb.store import external, users
from kb.store.base import Session
from kb.store.pages import Page

STORIES = (
    Story(
        title="返品の電話は、贈り物がかぶったという相談だった",
        words="箱は開けてないんだけど、返せるのかしら。",
        purpose="孫の誕生日に同じものが二つ届き、どちらも喜んであげたかった",
        done="「どなたかへの贈り物でしたか」とうかがった。返品の条件を読み上げるのはそのあとにした。",
        proposal="色違いへの交換をご案内し、ラッピングを付け直した",
        result="「返すより、こちらのほうがいいわ」と喜ばれた",
        learnt="返品の訳を聞くと、返品でないほうがよいことがある。",
        channel="phone",
    ),
    Story(
        title="届く日をお約束して、雪で守れなかった",
        words="水曜には必ず着くって言いましたよね。",
        purpose="引っ越しの日に冷蔵庫を動かしたかった",
        done="運送店に確かめると、峠が通行止めだった。お約束した私から、まずおわびした。",
        proposal="お近くの店で小型の冷蔵庫をお貸しした",
        result="木曜に届き、お礼のメールをいただいた",
        learnt="冬の北国では「目安」とお伝えする。お約束はしない。",
        channel="mail",
    ),
)
# The proposal: a line that an operator adds to a FAQ, by its name in content/, and what the SV asks about it.
MENDED = "faq-delivery-store"
BEFORE = "3. 注文番号がわかるもの（メールの画面など）を持って、店の受付へ行く。\n"
QUOTED = "ご家族が代わりに受け取るときは、注文番号をお伝えいただく。"
ADDED = f"4. {QUOTED}\n"
NOTE = "「家族が取りに行ってもいいか」と、よく聞かれます。"
ASKED = "店の受付でも、番号だけで渡していますか。"
# The page that the story of the snow does not agree with, and the passage.
CONTRADICTED = "faq-delivery-date"
PASSAGE = "在庫のある商品は、発送から1〜3日でお届けします（離島は4〜7日）。"
VOICE = "充電器の箱が、開けたら元に戻せない。贈り物にするとき困る。"


def fill(db: Session) -> None:
    """Let two people of the demonstration hand in stories and a proposal, and the SV begin to work on them."""
    people = {name: found.actor for name in ("operator", "editor", "sv") if (found := users.by_name(db, name))}
    known = external.by_external_ids(db, [MENDED, CONTRADICTED])
    if len(people) < 3 or len(known) < 2:
        return
    told = [
        submitting.submit(db, one, by=people[who]) for one, who in zip(STORIES, ("operator", "editor"), strict=True)
    ]
    _propose(db, known[MENDED], by=people["operator"], sv=people["sv"])
    lineage.contradict(db, known[CONTRADICTED], told[1], [PASSAGE], by=people["sv"])
    voicing.raise_voice(db, VOICE, by=people["operator"])


def _propose(db: Session, page: Page, *, by: Actor, sv: Actor) -> None:
    """Add a step to the page, which waits; the SV has taken it and asks something."""
    assert page.current is not None
    now = text_of(page.current)
    mended = replace(now, body=now.body.replace(BEFORE, BEFORE + ADDED), note=NOTE)
    saved = editing.save(db, page.id, mended, base_id=page.current.id, by=by)
    reviewing.take(db, saved.revision.id, by=sv)
    talking.comment(db, saved.revision.id, ASKED, quote=QUOTED, by=sv)
