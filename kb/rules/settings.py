"""What administrators may set: one table of names, defaults, bounds and checks, each with its explanation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.rules import limits
from kb.rules.errors import Faults, Invalid
from kb.rules.setting_checks import (
    decimal,
    hook,
    host,
    line,
    mail_from,
    number_patterns,
    origins,
    page_number,
    phone,
    switch,
    ticket_url,
    whole,
    words,
)

INQUIRY_TYPES = ("商品", "不良", "部品", "配送", "請求", "変更", "クレーム", "注文", "その他")


@dataclass(frozen=True)
class Choice:
    """One thing that can be set: its label and explanation, what holds until somebody chooses, and the check.

    `check` takes what was typed, or the value itself, and gives the value; it raises Invalid.
    """

    label: str
    explanation: str
    default: Any
    check: Callable[[Any], Any]


@dataclass(frozen=True)
class Settings:
    """Everything that is set, each with its type; days are whole days."""

    embed_origins: tuple[str, ...]
    inquiry_days: int
    contact_phone: str
    contact_hours: str
    contact_note: str
    inquiry_types: tuple[str, ...]
    ticket_url: str
    harassment_page: int
    look_days: int
    morae_per_second: float
    say_seconds: int
    internal_words: tuple[str, ...]
    known_abbreviations: tuple[str, ...]
    number_patterns: tuple[str, ...]
    message_days: int
    mail_on: bool
    mail_host: str
    mail_port: int
    mail_user: str
    mail_from: str
    webhook_url: str

    @property
    def sends_mail(self) -> bool:
        """Whether mail is on, and everything is said that it takes."""
        return bool(self.mail_on and self.mail_host and self.mail_from)


def _said(sentence: str) -> str:
    """The sentence as it is: only what is called so is taken into the catalogue."""
    return sentence


# To let administrators set one more thing, add it here and to Settings; nothing else knows what can be set.
TABLE: dict[str, Choice] = {
    "contact_phone": Choice(
        _said("窓口の電話番号"),
        _said("お客様の画面の「お問い合わせ」に出ます。空にすると出ません。"),
        "",
        phone,
    ),
    "contact_hours": Choice(
        _said("受付時間"),
        _said("電話がつながる曜日と時間。英語の画面にも同じ文が出ます。"),
        "",
        line,
    ),
    "contact_note": Choice(
        _said("電話の前のひとこと"),
        _said("混み合う時間や、手元に用意していただくものなど。200文字まで。"),
        "",
        line,
    ),
    "inquiry_days": Choice(
        _said("お問い合わせを残す日数"),
        _said(
            "過ぎたものから、自動で消します。短くすると届いているものにも効き、長くしてもこれから届くものだけに効きます。"
        ),
        180,
        whole(limits.INQUIRY_DAYS_MIN, limits.INQUIRY_DAYS_MAX),
    ),
    "embed_origins": Choice(
        _said("FAQを埋め込んでよいサイト"),
        _said("1行に1つ、https:// から。ここにないサイトでは、埋め込んだFAQは動きません。"),
        (),
        origins,
    ),
    "inquiry_types": Choice(
        _said("問い合わせの種別"),
        _said("応対の画面に並ぶ順に、1行に1つ。消した種別は、これまでの応対の記録には残ります。"),
        INQUIRY_TYPES,
        words(limits.INQUIRY_TYPE, limits.INQUIRY_TYPES, required=True),
    ),
    "ticket_url": Choice(
        _said("CRMのチケットを開くアドレス"),
        _said("番号の入るところに {ticket} と書きます。例：https://crm.example.com/tickets/{ticket}"),
        "",
        ticket_url,
    ),
    "harassment_page": Choice(
        _said("カスハラ対応の手順の記事"),
        _said("記事の番号。応対の画面のカスハラ対応に、その記事のひとことと箇条書きが出ます。空なら出ません。"),
        0,
        page_number,
    ),
    "look_days": Choice(
        _said("記事を見直すまでの日数"),
        _said("検証も、解決した応対での使用もないまま、この日数がたつと、壊す候補に挙がります。"),
        365,
        whole(limits.LOOK_DAYS_MIN, limits.LOOK_DAYS_MAX),
    ),
    "morae_per_second": Choice(
        _said("話す速さ（1秒あたりの拍）"),
        _said("「ひとこと」を読み上げる秒数は、これで数えます。ふつうは7.5です。"),
        7.5,
        decimal(3, 15),
    ),
    "say_seconds": Choice(
        _said("ひとことの長さの目安（秒）"),
        _said("これより長い「ひとこと」には、編集の画面で注意が出ます。"),
        20,
        whole(5, 120),
    ),
    "internal_words": Choice(
        _said("お客様に言わない社内の言葉"),
        _said(
            "「ひとこと」にあると、編集の画面で注意が出ます。1行に1つ。言い換えは「＝」のあとに。例：検品落ち＝検査で外した品"
        ),
        (),
        words(limits.PHRASE, limits.WORD_LIST),
    ),
    "known_abbreviations": Choice(
        _said("説明のいらない略語"),
        _said("ここにない英字の略語が説明なしに出てくると、編集の画面で注意が出ます。1行に1つ。"),
        ("FAQ", "ID", "OK", "PC", "PDF", "QR", "TV", "URL", "USB"),
        words(limits.TAG, limits.WORD_LIST),
    ),
    "number_patterns": Choice(
        _said("注文番号の形"),
        _said(
            "数字を9、英字をAで表します。1行に1つ。この形の番号は、記録に残す前に伏せるようすすめます。例：AA-999999"
        ),
        (),
        number_patterns,
    ),
    "message_days": Choice(
        _said("知らせを残す日数"),
        _said("一人ひとりに届いた知らせは、過ぎたものから自動で消します。"),
        180,
        whole(limits.MESSAGE_DAYS_MIN, limits.INQUIRY_DAYS_MAX),
    ),
    "mail_on": Choice(
        _said("メールでも知らせる"),
        _said("メールアドレスを登録した人だけに、題名と行き先だけを送ります。"),
        False,
        switch,
    ),
    "mail_host": Choice(_said("メールサーバー"), _said("例：smtp.example.com"), "", host),
    "mail_port": Choice(
        _said("ポート"),
        _said("465は初めから、ほかはサーバーが応じれば途中から暗号化します。"),
        587,
        whole(1, 65_535),
    ),
    "mail_user": Choice(
        _said("メールサーバーのユーザー名"),
        _said("要らなければ空に。パスワードはここには入れず、環境変数 KB_MAIL_PASSWORD で渡します。"),
        "",
        line,
    ),
    "mail_from": Choice(_said("送り主のアドレス"), _said("例：kb@example.com"), "", mail_from),
    "webhook_url": Choice(
        _said("知らせを送るアドレス（Webhook）"),
        _said("知らせるたびに、種類・文・行き先を署名付きのJSONで送ります。本人だけへの知らせは送りません。"),
        "",
        hook,
    ),
}


def settings(chosen: Mapping[str, Any]) -> Settings:
    """Everything that is set: what was chosen, else the default; values that no longer pass count as not chosen."""
    values = {}
    for name, choice in TABLE.items():
        try:
            values[name] = choice.check(chosen[name]) if name in chosen else choice.default
        except Invalid:
            values[name] = choice.default
    return Settings(**values)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values fit to be kept, by name; raises Faults with a refusal for each field at fault."""
    fit, faults = {}, {}
    for name, value in values.items():
        try:
            if name not in TABLE:
                raise Invalid("この設定はありません。")
            fit[name] = TABLE[name].check(value)
        except Invalid as refused:
            faults[name] = Invalid(refused.sentence, field=name, **refused.facts)
    if faults:
        raise Faults(faults)
    return fit
