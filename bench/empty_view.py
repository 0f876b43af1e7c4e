"""`python -m bench.empty_view PORT WORKERS`: a Flask view that does nothing, served as `kb serve` serves."""

import sys

from flask import Flask

from kb import serving


def make() -> Flask:
    """The smallest Flask app there is."""
    app = Flask("empty")
    app.add_url_rule("/", "nothing", lambda: "")
    return app


if __name__ == "__main__":
    serving.run(make, host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[2]))
