"""Every `kb` command says what it does, and the README names it."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kb.cli import main

ROOT = Path(__file__).resolve().parents[2]


def commands(group: click.Group, path: str = "kb") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words that call it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands(main))


def unnamed(readme: str) -> list[str]:
    """The commands that the README leaves out; `kb index rebuild | check | drain` names three."""
    told = set()
    for start, others in re.findall(r"\b(kb(?: [a-z-]+)+)((?: \| [a-z-]+)*)", readme):
        words = start.split()
        for length in range(2, len(words) + 1):
            told.add(" ".join(words[:length]))
        told |= {" ".join([*words[:-1], other]) for other in others.replace("|", " ").split()}
    return sorted(set(COMMANDS) - told)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command_has_one_sentence_of_help(command: click.Command) -> None:
    assert command.help and command.help.endswith(".")


@pytest.mark.parametrize("words", COMMANDS, ids=COMMANDS.keys())
def test_help_is_shown_without_a_database(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_HOME", str(tmp_path))
    answer = CliRunner().invoke(main, [*words.split()[1:], "--help"])
    assert answer.exit_code == 0
    assert (COMMANDS[words].help or "")[:20] in answer.output
    assert list(tmp_path.iterdir()) == []


def test_the_readme_names_every_command() -> None:
    assert unnamed((ROOT / "README.md").read_text("utf-8")) == []


def test_a_command_that_the_readme_leaves_out_is_seen() -> None:
    everything = "\n".join(COMMANDS)
    assert unnamed(everything) == []
    assert unnamed(everything.replace("kb index check", "kb index chek")) == ["kb index check"]
    assert "kb index check" not in unnamed("kb index rebuild | check | drain")
