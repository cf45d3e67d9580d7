"""What the browser tests need from the system: Chromium, and a font with Chinese glyphs.

`make test` runs this file: what is missing is installed when we may, or named with its remedy.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the path of Chromium: that of CHROMIUM, or the first one on the PATH."""
    if given := os.environ.get("CHROMIUM"):
        return shutil.which(given)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Return whether pages will show characters, or only boxes."""
    if not shutil.which("fc-list"):
        return sys.platform != "linux"
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def install() -> None:
    """Install both from Debian's packages; says on stderr what went wrong."""
    run = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **run)
    packages = ["chromium", "fonts-noto-cjk", "fontconfig"]
    subprocess.run(
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages],
        check=False,
        **run,
    )


def main() -> str | None:
    """Make sure of both, or return the line that names what is missing and its remedy."""
    ready = chromium() and has_chinese_font()
    if not ready and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write("installing Chromium and a Chinese font\n")
        install()
    if not chromium():
        return (
            "Chromium is missing: install it (Debian: apt-get install chromium),"
            " or name it: CHROMIUM=/path/to/chrome make test"
        )
    if not has_chinese_font():
        return "No font has Chinese glyphs: install one (Debian: apt-get install fonts-noto-cjk)"
    return None


if __name__ == "__main__":
    sys.exit(main())
