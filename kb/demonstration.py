"""Fill an empty house for a demonstration: an account a role, content/, how to reach the shop, and a few inquiries."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from kb import config, demonstration_desk
from kb.rules import clock
from kb.rules.calls import Fault, HelpKind
from kb.rules.pages import Audience, Kind
from kb.rules.roles import STAFF_ROLES, SYSTEM
from kb.services import (
    accounts,
    flagging,
    helping,
    importing,
    inquiring,
    passwords,
    sessions,
    settings,
    sheets,
    submitting,
    synonyms,
)
from kb.services.house import House
from kb.services.inquiring import Letter
from kb.services.sessions import Plan
from kb.services.submitting import Story
from kb.store import external, users
from kb.store.base import Session

# A freephone number of zeros belongs to nobody, and mail to example.com reaches nobody (RFC 2606).
CONTACT = {
    "contact_phone": "0120-000-000",
    "contact_hours": "9:00〜18:00（土日祝を除く）",
    "contact_note": "月曜の午前は混み合います。ご注文番号があると、早くご案内できます。",
}
LETTERS = (
    (
        "ポイントの有効期限を教えてほしい",
        "去年の秋に買ったときのポイントがまだ残っているはずです。いつまで使えるか、画面のどこを見ればよいか分かりません。",
        "hanako@example.com",
    ),
    ("海外の実家に送れますか", "台湾の両親に炊飯器を贈りたいです。送料と、電圧が合うかどうかも知りたいです。", ""),
    (
        "録画用ハードディスクの引っ越し",
        "テレビを買い替えたのですが、前のテレビで録った番組は新しいテレビで見られますか。",
        "taro@example.com",
    ),
)
# The pages of the demonstration that the help in a call is about, by their names in content/.
HARASSMENT, HANDED_OVER, FLAGGED = "procedure-harassment", "case-warranty-month-late", "faq-delivery-store"
QUESTION = ("電圧 海外 炊飯器", "台湾で使う炊飯器の電圧、お客様に何とお伝えすればよいですか")
CARD_WORDS = "保証が切れて9日の掃除機を、無償で直してほしい"
CARD = {
    "purpose": "期間中に気づいたが、介護で電話できなかった",
    "tried": "使った記事：「修理の費用と日数を知りたい」\nうかがったこと：落下や水濡れはないか、いつ気づいたか",
    "limit": "SVへ：保証期間を過ぎて1か月以内の修理の無償化。",
    "mood": "troubled",
    "line": "無償とは言っていません。決められる者に伝えるとだけ",
}
# What the story session of the demonstration tells: a story that waits, and two cases by their names in content/.
STORY = Story(
    title="「いつ届く？」と三度聞かれて、やっと聞けたこと",
    words="で、いつ届くの。さっきも聞いたけど、いつなの。",
    purpose="退院するお父様を、新しいベッド脇の照明で迎えたかった",
    done="予定日を三度お答えしたあとで「その日に何かございますか」とうかがった。退院は前日だった。",
    proposal="店舗にある色違いを、その日のうちに受け取れるとご案内した",
    result="「最初からそれを言えばよかったね」と笑ってくださった",
    learnt="同じことを二度聞かれたら、答えではなく訳を聞く。",
    channel="phone",
)
TOLD = ("case-sports-day-printer", "case-recital-eve")
NAMES = {"operator": "佐藤 美咲", "editor": "高橋 直子", "sv": "中村 亮", "admin": "林 恵子"}


@dataclass(frozen=True)
class SignIn:
    """A demonstration account with its password in clear, to be shown once."""

    name: str
    role: str
    password: str


def accounts_of(house: House, *, again: bool = False) -> list[SignIn]:
    """Open one account a role with a random password; known accounts stay, but for new passwords when asked."""
    made = []
    for role in STAFF_ROLES:
        password = passwords.random()
        with house.store.writing() as db:
            known = users.by_name(db, role.value)
            if known is None:
                name = NAMES[role.value]
                accounts.add(db, role.value, role=role, password=password, display_name=name, by=SYSTEM)
            elif again:
                _user, password = accounts.reset_password(db, known.id, by=SYSTEM)
            else:
                continue
        made.append(SignIn(role.value, f"{NAMES[role.value]}", password))
    return made


def synonyms_of(house: House) -> None:
    """Load the first list of synonyms into a house that never had any: what an SV changed or removed stays so."""
    with house.store.writing() as db:
        if not synonyms.has_any(db):
            synonyms.take_in(db, sheets.read(config.CONTENT / "synonyms.csv").rows, by=SYSTEM)


def contact_of(house: House) -> None:
    """Say how to reach the shop, and leave it three inquiries, in a house where nobody has set anything yet."""
    with house.store.writing() as db:
        if settings.is_untouched(db):
            settings.change(db, CONTACT, by=SYSTEM)
            for subject, text, mail in LETTERS:
                inquiring.send(db, Letter(subject, text, mail))


def fill(house: House, progress: Callable[[int], AbstractContextManager[Callable[[int], None]]]) -> int:
    """Load content/ into a house without pages; returns how many were added."""
    with house.store.reading() as db:
        if importing.has_pages(db):
            return 0
    sheet = sheets.read(config.CONTENT)
    rows = importing.check(sheet, audience=Audience.STAFF, kind=Kind.FAQ)
    with progress(len(rows)) as bar, house.store.writing() as db:
        added = importing.take_in(db, rows, sheet.shelves, by=SYSTEM, progress=bar).added
        help_in(db)
        session_in(db)
        demonstration_desk.fill(db)
        return added


def help_in(db: Session) -> None:
    """Say where the procedure against harassment stands, and let an operator ask, hand over and flag."""
    known = external.by_external_ids(db, [HARASSMENT, HANDED_OVER, FLAGGED])
    settings.change(db, {"harassment_page": known[HARASSMENT].id}, by=SYSTEM)
    operator = users.by_name(db, "operator")
    if operator is None:
        return
    who = operator.actor
    helping.ask(db, *QUESTION, call=None, by=who)
    helping.send(db, HelpKind.HANDOVER, CARD_WORDS, CARD | {"pages": [known[HANDED_OVER].id]}, call=None, by=who)
    flagging.flag(db, known[FLAGGED].id, None, Fault.OUT_OF_DATE, "いまは店頭でも受け取れます。", by=who)


def session_in(db: Session) -> None:
    """Let the SV plan a story session for next week: one story of the operator, and two cases that belong to it."""
    operator, sv = users.by_name(db, "operator"), users.by_name(db, "sv")
    known = external.by_external_ids(db, list(TOLD))
    if operator is None or sv is None or len(known) < len(TOLD):
        return
    story = submitting.submit(db, STORY, by=operator.actor)
    day = datetime.combine(clock.today() + timedelta(days=7), time(16, 0), clock.HERE).astimezone(UTC)
    told = (story.page_id, *(known[name].id for name in TOLD))
    people = tuple(one.id for one in users.everybody(db) if one.name in NAMES and one.id != sv.id)
    plan = Plan("配送の「その日まで」", day, "3階 第二会議室", 45, 7, told, people)
    sessions.plan(db, plan, by=sv.actor)
