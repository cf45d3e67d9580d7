"""A picture of dice for the played ceremonies: drawn, not photographed, and it says so by its look.

Ten-sided dice as pale squares on a dark table, one row for each party, digits in a 3 by 5 raster.
"""

import struct
import zlib
from collections.abc import Sequence

DIGITS = {
    "0": "75557", "1": "26227", "2": "71747", "3": "71717", "4": "55711",
    "5": "74717", "6": "74757", "7": "71111", "8": "75757", "9": "75717",
}  # fmt: skip
CELL, DIE, GAP = 6, 36, 10
TABLE, PALE, INK = 52, 236, 24


def picture(rows: Sequence[str]) -> bytes:
    """Return a PNG of the rows of digits, the same bytes for the same digits."""
    wide = max(len(row) for row in rows) * (DIE + GAP) + GAP
    high = len(rows) * (DIE + GAP) + GAP
    grey = [bytearray([TABLE] * wide) for _ in range(high)]
    for line, row in enumerate(rows):
        for place, digit in enumerate(row):
            _die(grey, GAP + place * (DIE + GAP), GAP + line * (DIE + GAP), digit)
    raw = b"".join(b"\0" + bytes(one) for one in grey)
    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _die(grey: Sequence[bytearray], left: int, top: int, digit: str) -> None:
    for y in range(DIE):
        grey[top + y][left : left + DIE] = bytes([PALE] * DIE)
    for y, bits in enumerate(DIGITS[digit]):
        for x in range(3):
            if int(bits) & (4 >> x):
                _square(grey, left + 9 + x * CELL, top + 3 + y * CELL)


def _square(grey: Sequence[bytearray], left: int, top: int) -> None:
    for y in range(CELL):
        grey[top + y][left : left + CELL] = bytes([INK] * CELL)


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
