#!/usr/bin/env python3
"""Check the union's journal without trusting the union. Python 3.9 or newer, nothing else.

    python3 journal.py verify receipt.json          is this still in the tree, and what did it say?
    python3 journal.py key NAME DIR                 make a witness's key; print its public half
    python3 journal.py witness ADDRESS DIR [SECONDS] sign what continues what was signed before

A witness keeps the last checkpoint that it saw in DIR/state.json. It asks for the newest one and
for the proof that the newer tree begins with the older; only then it signs. It refuses, and says so
on every round, once a checkpoint goes back, changes its root or cannot prove where it comes from.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import struct
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

Point = tuple[int, int, int, int]
Key = tuple[str, bytes, bytes]
Signatures = list[tuple[str, bytes]]

# ---------- Ed25519 (RFC 8032), slow and simple ----------
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def add(a: Point, b: Point) -> Point:
    """Return the sum of two points."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(s: int, a: Point) -> Point:
    """Return a point added to itself so often."""
    r = (0, 1, 1, 0)
    while s:
        if s & 1:
            r = add(r, a)
        a, s = add(a, a), s >> 1
    return r


def packed(a: Point) -> bytes:
    """Return the 32 bytes of a point."""
    z = pow(a[2], P - 2, P)
    return (a[1] * z % P | (a[0] * z % P & 1) << 255).to_bytes(32, "little")


def unpacked(s: bytes) -> Point:
    """Return the point of 32 bytes."""
    y = int.from_bytes(s, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * SQRT_M1 % P
    if y >= P or (x * x - xx) % P or (not x and sign):
        raise ValueError("not a point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = unpacked((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def number(*parts: bytes) -> int:
    """Return SHA-512 as a number."""
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def halves(seed: bytes) -> tuple[int, bytes]:
    """Return the two halves of a secret: the number, and what makes signatures differ."""
    h = hashlib.sha512(seed).digest()
    return (int.from_bytes(h[:32], "little") & (1 << 254) - 8) | 1 << 254, h[32:]


def public_of(seed: bytes) -> bytes:
    """Return the public key of a secret."""
    return packed(times(halves(seed)[0], BASE))


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 64 bytes of a signature."""
    a, prefix = halves(seed)
    public = public_of(seed)
    r = number(prefix, message) % Q
    point = packed(times(r, BASE))
    return point + ((r + number(point, public, message) * a) % Q).to_bytes(32, "little")


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell if the key signed the message."""
    try:
        s = int.from_bytes(signature[32:], "little")
        a, r = unpacked(public), unpacked(signature[:32])
    except ValueError:
        return False
    challenge = number(signature[:32], public, message) % Q
    return (
        len(signature) == 64
        and s < Q
        and packed(times(s, BASE)) == packed(add(r, times(challenge, a)))
    )


# ---------- the tree (RFC 9162) ----------
def leaf_hash(body: bytes) -> bytes:
    """Return the hash of a leaf's body."""
    return hashlib.sha256(b"\0" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def is_included(leaf: bytes, seq: int, size: int, path: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if not 0 <= seq < size:
        return False
    fn, sn, r = seq, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def is_continued(old: int, size: int, old_root: bytes, root: bytes, path: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if old == size:
        return old_root == root and not path
    if not 0 < old < size:
        return False
    if old & (old - 1) == 0:
        path = [old_root, *path]
    if not path:
        return False
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == root


# ---------- signed notes (C2SP) ----------
def key_id(name: str, use: bytes, public: bytes) -> bytes:
    """Return the four bytes by which a signature names its key."""
    return hashlib.sha256(name.encode() + b"\n" + use + public).digest()[:4]


def key_text(name: str, use: bytes, public: bytes) -> str:
    """Return a key as one line."""
    return f"{name}+{key_id(name, use, public).hex()}+{base64.b64encode(use + public).decode()}"


def parsed_key(text: str) -> Key:
    """Return name, use and bytes of a key."""
    name, _, rest = text.strip().partition("+")
    data = base64.b64decode(rest.partition("+")[2])
    if key_text(name, data[:1], data[1:]) != text.strip():
        raise ValueError("not a key: " + text)
    return name, data[:1], data[1:]


def parsed_note(note: str) -> tuple[str, int, bytes, Signatures]:
    """Return text, size, root and the signatures [(name, bytes)]."""
    text, _, lines = note.partition("\n\n")
    text += "\n"
    _, size, root = text.split("\n")[:3]
    signatures: Signatures = []
    for line in lines.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, data = rest.rpartition(" ")
        if dash == "—":
            signatures.append((name, base64.b64decode(data)))
    return text, int(size), base64.b64decode(root), signatures


def signs(key: Key, text: str, signatures: Signatures) -> bool:
    """Tell if the key's owner signed the text, as the log (1) or as a witness (4)."""
    name, use, public = key
    for who, data in signatures:
        if who != name or data[:4] != key_id(name, use, public):
            continue
        if use == b"\1" and is_signed(public, text.encode(), data[4:]):
            return True
        if use == b"\4" and is_signed(public, cosigned(data[4:12], text), data[12:]):
            return True
    return False


def cosigned(stamp: bytes, text: str) -> bytes:
    """Return what a witness signs."""
    return f"cosignature/v1\ntime {struct.unpack('>Q', stamp)[0]}\n{text}".encode()


# ---------- what it is for ----------
def verify(path: str) -> str:
    """Check a receipt and tell what it says; return what is wrong, or nothing."""
    with open(path, encoding="utf-8") as file:
        said = json.load(file)
    text, size, root, signatures = parsed_note(said["note"])
    steps = [base64.b64decode(one) for one in said["path"]]
    if size != said["size"]:
        return "不一致：凭据和检查点的条数不同"
    if not is_included(leaf_hash(said["body"].encode()), said["seq"], size, steps, root):
        return "不一致：这条存证不在检查点的树里"
    if "payload" in said:
        digest = hashlib.sha256(bytes.fromhex(said["salt"]) + said["payload"].encode()).hexdigest()
        if json.loads(said["body"])["commitment"] != digest:
            return "不一致：内容和当初的承诺不同"
    if "log" in said and not signs(parsed_key(said["log"]), text, signatures):
        return "不一致：检查点不是校工会签的"
    seen = [k for k in map(parsed_key, said["witnesses"]) if signs(k, text, signatures)]
    print(said.get("payload", said["body"]))
    print(f"第 {said['seq']} 号，在 {size} 条的检查点中，已由 {len(seen)} 方见证：", end="")
    print("、".join(name for name, _, _ in seen) or "无")
    return ""


def made(name: str, place: str) -> str:
    """Make the key of a place, once; return its public half."""
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, "key")
    if not os.path.exists(path):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"name": name, "seed": secrets.token_hex(32)}, file)
    return key_text(*own(place)[:3])


def key(name: str, place: str) -> str:
    """Print the public half of the key of a place, made if there is none."""
    print(made(name, place))
    return ""


def own(place: str) -> tuple[str, bytes, bytes, bytes]:
    """Return the key of a place, and its secret."""
    with open(os.path.join(place, "key"), encoding="utf-8") as file:
        said = json.load(file)
    seed = bytes.fromhex(said["seed"])
    return said["name"], b"\4", public_of(seed), seed


def fetched(address: str, data: bytes | None = None) -> str:
    """Return what an address answers."""
    request = urllib.request.Request(address, data, {"Content-Type": "text/plain; charset=utf-8"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        request, timeout=20
    ) as answer:
        return str(answer.read().decode())


def look(address: str, place: str) -> str:
    """Look once; return what is wrong, or nothing."""
    memory = os.path.join(place, "state.json")
    before = None
    if os.path.exists(memory):
        with open(memory, encoding="utf-8") as file:
            before = json.load(file)
    log = before["log"] if before else fetched(address + "/key.txt").strip()
    note = fetched(address + "/checkpoint.txt")
    text, size, root, signatures = parsed_note(note)
    if not signs(parsed_key(log), text, signatures):
        return "检查点不是原来那把钥匙签的"
    if before:
        old, old_root = before["size"], base64.b64decode(before["root"])
        if size < old:
            return f"检查点倒退了：见过 {old} 条，现在只有 {size} 条"
        path = (
            []
            if size == old
            else json.loads(fetched(f"{address}/consistency/{old}/{size}"))["path"]
        )
        if not is_continued(old, size, old_root, root, [base64.b64decode(one) for one in path]):
            return f"检查点 {size} 不是检查点 {old} 的延续：以前的记录被改过"
        if size == old and before.get("given"):
            return ""
    name, use, public, seed = own(place)
    stamp = struct.pack(">Q", int(time.time()))
    data = key_id(name, use, public) + stamp + sign(seed, cosigned(stamp, text))
    state = {"log": log, "size": size, "root": base64.b64encode(root).decode(), "given": False}
    keep(memory, state)
    fetched(
        address + "/cosignatures/", f"{text}\n— {name} {base64.b64encode(data).decode()}\n".encode()
    )
    keep(memory, {**state, "given": True})
    return ""


def keep(path: str, state: dict[str, Any]) -> None:
    """Write what must survive a crash."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def witness(address: str, place: str, seconds: str = "10") -> str:
    """Look again and again; with 0 seconds only once."""
    address = address.rstrip("/")
    while True:
        try:
            wrong = look(address, place)
        except (OSError, ValueError, KeyError) as error:
            wrong = f"没有取到：{error}"
        if float(seconds) == 0:
            return wrong
        if wrong:
            print(time.strftime("%F %T"), wrong, file=sys.stderr, flush=True)
        time.sleep(float(seconds))


def main(words: list[str]) -> str:
    """Do what the words ask; return what is wrong, or nothing."""
    uses: dict[str, Callable[..., str]] = {"verify": verify, "key": key, "witness": witness}
    todo = uses.get(words[0] if words else "")
    if todo is None:
        return __doc__ or ""
    return todo(*words[1:])


if __name__ == "__main__":
    trouble = main(sys.argv[1:])
    if trouble:
        print(trouble, file=sys.stderr)
        sys.exit(1)
    if sys.argv[1] == "verify":
        print("一致 OK")
