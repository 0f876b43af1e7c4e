"""The clock: the one thing that tests may replace."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day that it is in Japan."""
    return now().astimezone(HERE).date()
