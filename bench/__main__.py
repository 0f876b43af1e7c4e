"""`python -m bench`: print the figures of one part, or of all, as tables and as JSON lines."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from bench import (
    corpora,
    editing,
    home,
    pages_served,
    painting,
    quality,
    queue,
    rebuilding,
    restarting,
    speed,
    suggesting,
    table,
    typing,
)

PARTS = {
    "quality": quality,
    "speed": speed,
    "restarting": restarting,
    "suggesting": suggesting,
    "rebuilding": rebuilding,
    "editing": editing,
    "serving": pages_served,
    "painting": painting,
    "typing": typing,
    "queue": queue,
    "home": home,
}


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="add the JSON lines to this file, not to the output")
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    for name, module in PARTS.items():
        module.add_arguments(parts.add_parser(name, help=module.__doc__, description=module.__doc__))
    parts.add_parser("all", help="every part, one after the other, with its defaults")
    options = parser.parse_args(arguments)
    chosen = [part for part in PARTS if part != "home"] if options.part == "all" else [options.part]
    try:
        for part in chosen:
            if options.part == "all":
                options = parser.parse_args([*arguments[: arguments.index("all")], part])
            for title, rows in PARTS[part].run(options):
                table.show(title, rows)
                table.keep(title, rows, options.json)
    except corpora.Missing as missing:
        print(f"bench: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
