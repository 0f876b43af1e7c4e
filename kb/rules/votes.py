"""The words of a vote: what was missing where a page did not help."""

from enum import StrEnum


class Shortcoming(StrEnum):
    """Why a page did not help, in the order in which readers are asked."""

    UNCLEAR = "unclear"
    UNSOLVED = "unsolved"
    OUT_OF_DATE = "out_of_date"
    OFF_TOPIC = "off_topic"
    OTHER = "other"
