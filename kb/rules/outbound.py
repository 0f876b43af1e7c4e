"""The words of outbound calls: which tags make a script one of them, and tell what it is for and its campaign."""

from collections.abc import Iterable
from enum import StrEnum


class Aim(StrEnum):
    """What an outbound call is for."""

    REMINDER = "reminder"
    RENEWAL = "renewal"
    THANKS = "thanks"
    SURVEY = "survey"
    OTHER = "other"


# The tag of every outbound script, in the language of the page.
OUTBOUND = {"ja": "発信", "en": "outbound"}
AIMS: dict[str, Aim] = {
    "リマインド": Aim.REMINDER,
    "reminder": Aim.REMINDER,
    "更新": Aim.RENEWAL,
    "renewal": Aim.RENEWAL,
    "お礼": Aim.THANKS,
    "thanks": Aim.THANKS,
    "アンケート": Aim.SURVEY,
    "survey": Aim.SURVEY,
}
# A tag that begins so names a campaign; of the two forms of a colon either is taken.
CAMPAIGN = ("キャンペーン：", "キャンペーン:", "campaign:", "Campaign:")


def aim_of(tags: Iterable[str]) -> Aim:
    """What a script with these tags is for: the first of them that says so decides."""
    return next((AIMS[tag] for tag in tags if tag in AIMS), Aim.OTHER)


def campaigns_of(tags: Iterable[str]) -> list[str]:
    """The campaigns that these tags name, without the word before the colon."""
    starts = [(tag, start) for tag in tags for start in CAMPAIGN if tag.startswith(start)]
    return [name for tag, start in starts if (name := tag.removeprefix(start).strip())]
