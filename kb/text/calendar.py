"""An appointment as a calendar file (RFC 5545): one event, its times in UTC, its lines folded at 75 octets."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OCTETS = 75  # of one line at most, without its end (RFC 5545, 3.1)


@dataclass(frozen=True)
class Appointment:
    """What a calendar is told; `uid` stays the same however often the appointment changes, `sequence` counts that."""

    uid: str
    title: str
    starts_at: datetime
    minutes: int
    changed_at: datetime
    sequence: int = 0
    place: str = ""
    text: str = ""
    url: str = ""
    cancelled: bool = False


def write(appointment: Appointment) -> bytes:
    """The file for one appointment; the same appointment makes the same bytes."""
    ends_at = appointment.starts_at + timedelta(minutes=appointment.minutes)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//kb//story sessions//JA",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{escape(appointment.uid)}",
        f"DTSTAMP:{_moment(appointment.changed_at)}",
        f"SEQUENCE:{appointment.sequence}",
        f"DTSTART:{_moment(appointment.starts_at)}",
        f"DTEND:{_moment(ends_at)}",
        f"SUMMARY:{escape(appointment.title)}",
        *([f"LOCATION:{escape(appointment.place)}"] if appointment.place else []),
        *([f"DESCRIPTION:{escape(appointment.text)}"] if appointment.text else []),
        # An address is no text: nothing in it is escaped, and a line may not end in it (3.3.13).
        *([f"URL:{''.join(appointment.url.split())}"] if appointment.url else []),
        f"STATUS:{'CANCELLED' if appointment.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(fold(line) + b"\r\n" for line in lines)


def escape(text: str) -> str:
    """Text as a value of type TEXT (3.3.11); other control characters have no place in one."""
    for sign in "\\;,":
        text = text.replace(sign, "\\" + sign)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join("\\n" if sign == "\n" else sign for sign in text if sign == "\n" or sign >= " " and sign != "\x7f")


def fold(line: str) -> bytes:
    """The line in UTF-8, cut so that no part is longer than 75 octets and no character is torn (3.1)."""
    done, part = [], b""
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        # Every part but the first has a blank in front.
        if len(part) + len(octets) > OCTETS:
            done.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*done, part])


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
