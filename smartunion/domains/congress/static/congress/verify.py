"""Check a secret vote of the congress yourself. Python 3.9 or newer, nothing to install:

    python3 verify.py election.json

It computes anew: who holds the key, that each ballot came by a published slip and by no other,
that every shuffle changed only the order, that the key's holders opened what came out, what each
ballot says, and who is elected. It cannot see who took which slip: nobody can.
Write down the numbers that it prints and compare them with the screen in the hall.
"""

import hashlib
import json
import secrets
import sys
import time

# ---------- ristretto255 (RFC 9496); for checking only, it takes no care of secrets ----------

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
ROOT = pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1, 0)
ROUNDS = 128


def root_of_ratio(u, v):
    """Return if u/v is a square, and the root of it or of i times it."""
    v3 = v * v % P * v % P
    r = u * v3 % P * pow(u * v3 % P * v3 % P * v % P, (P - 5) // 8, P) % P
    c = v * r % P * r % P
    square, other = c == u % P, c == -u % P
    if other or c == -u * ROOT % P:
        r = r * ROOT % P
    return square or other, P - r if r & 1 else r


ROOT_A_D = root_of_ratio(1, (-1 - D) % P)[1]


def decode(raw):
    """Read a point from its 32 bytes."""
    s = int.from_bytes(raw, "little")
    if len(raw) != 32 or s >= P or s & 1:
        raise ValueError("no point")
    ss = s * s % P
    u1, u2 = (1 - ss) % P, (1 + ss) % P
    v = (-(D * u1 % P * u1) - u2 * u2) % P
    square, i = root_of_ratio(1, v * u2 % P * u2 % P)
    dx = i * u2 % P
    x = 2 * s * dx % P
    x = P - x if x & 1 else x
    y = u1 * (i * dx % P * v % P) % P
    t = x * y % P
    if not square or t & 1 or y == 0:
        raise ValueError("no point")
    return (x, y, 1, t)


def encode(p):
    """Return a point's 32 bytes."""
    x, y, z, t = p
    u1, u2 = (z + y) * (z - y) % P, x * y % P
    i = root_of_ratio(1, u1 * u2 % P * u2 % P)[1]
    d1, d2 = i * u1 % P, i * u2 % P
    z_inverse = d1 * d2 % P * t % P
    if t * z_inverse % P & 1:
        x, y, d2 = y * ROOT % P, x * ROOT % P, d1 * ROOT_A_D % P
    if x * z_inverse % P & 1:
        y = -y
    s = d2 * (z - y) % P
    return (P - s if s & 1 else s).to_bytes(32, "little")


def plus(p, q):
    """Add two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * D * p[3] % P * q[3] % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def twice(p):
    """Double a point."""
    a, b, c = p[0] * p[0], p[1] * p[1], 2 * p[2] * p[2]
    h, g = a + b, a - b
    e, f = h - (p[0] + p[1]) ** 2, c + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def negative(p):
    """Return the opposite of a point."""
    return (-p[0] % P, p[1], p[2], -p[3] % P)


def same(p, q):
    """Test if two points are one."""
    return (p[0] * q[1] - p[1] * q[0]) % P == 0 or (p[1] * q[1] - p[0] * q[0]) % P == 0


def sum_of(terms):
    """Return the sum of number x point over all the terms, sorted into buckets."""
    terms = [(number % ORDER, point) for number, point in terms]
    if len(terms) < 8:
        return sum_of_few(terms)
    width = max(2, min(12, len(terms).bit_length() - 3))
    mask, bits = (1 << width) - 1, max((n.bit_length() for n, _ in terms), default=0)
    found = ZERO
    for shift in range((bits + width - 1) // width * width - width, -1, -width):
        for _ in range(width):
            found = twice(found)
        buckets = {}
        for number, point in terms:
            digit = number >> shift & mask
            if digit:
                buckets[digit] = plus(buckets[digit], point) if digit in buckets else point
        running, whole = ZERO, ZERO
        for digit in range(max(buckets, default=0), 0, -1):
            if digit in buckets:
                running = plus(running, buckets[digit])
            whole = plus(whole, running)
        found = plus(found, whole)
    return found


def sum_of_few(terms):
    """Sum a few multiples by a small table for each."""
    tables = []
    for _, point in terms:
        row = [ZERO, point]
        for _ in range(14):
            row.append(plus(row[-1], point))
        tables.append(row)
    found = ZERO
    for shift in range(252, -4, -4):
        if found is not ZERO:
            found = twice(twice(twice(twice(found))))
        for (number, _), row in zip(terms, tables):
            digit = number >> shift & 15
            if digit:
                found = plus(found, row[digit])
    return found


class Fixed:
    """Multiples of one point, by a table."""

    def __init__(self, point):
        self.rows = []
        for _ in range(64):
            row = [ZERO]
            for _ in range(15):
                row.append(plus(row[-1], point))
            self.rows.append(row)
            point = plus(row[15], point)

    def times(self, number):
        number, found = number % ORDER, ZERO
        for at in range(64):
            digit = number >> 4 * at & 15
            if digit:
                found = plus(found, self.rows[at][digit])
        return found


G = Fixed(decode(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")))


def transcript(use, *parts):
    """Hash what is said, each part with its length before it."""
    told = hashlib.sha512()
    for part in ("smartunion/vote/v1/" + use, *parts):
        raw = part.encode() if isinstance(part, str) else part
        raw = raw.to_bytes(32, "little") if isinstance(raw, int) else raw
        told.update(len(raw).to_bytes(8, "big") + raw)
    return told.digest()


def challenge(use, *parts):
    """Return the transcript as a scalar."""
    return int.from_bytes(transcript(use, *parts), "little") % ORDER


# ---------- what is checked ----------


class Wrong(Exception):
    """The sentence that says what does not agree."""


def need(right, words):
    """Stop with the sentence unless it is right."""
    if not right:
        raise Wrong(words)


def hx(text):
    """Read hex."""
    return bytes.fromhex(text)


def points(text):
    """Split hex into points."""
    return [hx(text[at : at + 64]) for at in range(0, len(text), 64)]


def scalars(text):
    """Split hex into numbers."""
    return [int(text[at : at + 64], 16) for at in range(0, len(text), 64)]


def keys(it):
    """Return the key and each scrutineer's public share of it."""
    context, sworn = it["context"], it["scrutineers"]
    for one in sworn:
        said, number = one["commitment"], one["number"]
        terms, channel = [hx(t) for t in said["terms"]], hx(said["channel"])
        need(len(terms) == it["needed"], f"监票人{number}的承诺不是{it['needed']}项")
        c, s = int(said["c"], 16), int(said["s"], 16)
        nonce = plus(G.times(s), sum_of([(-c, decode(terms[0]))]))
        right = challenge("key", context, number, *terms, channel, encode(nonce)) == c
        need(right, f"监票人{number}的钥匙承诺不成立")
    firsts = [(1, decode(hx(one["commitment"]["terms"][0]))) for one in sworn]
    key = sum_of(firsts)
    need(encode(key) == hx(it["key"]), "公钥不是监票人承诺之和")
    shares = {}
    for one in sworn:
        number = one["number"]
        terms = [
            (pow(number, power, ORDER), decode(hx(t)))
            for other in sworn
            for power, t in enumerate(other["commitment"]["terms"])
        ]
        shares[number] = share = sum_of(terms)
        c, s = int(one["acceptance"]["c"], 16), int(one["acceptance"]["s"], 16)
        nonce = encode(plus(G.times(s), sum_of([(-c, share)])))
        right = challenge("own", context, number, encode(share), nonce) == c
        need(right, f"监票人{number}没有证明握有自己的一份钥匙")
    return key, shares


def ballots(it):
    """Check every ballot: a published slip, used once, by who holds it, for this election."""
    slips, used = set(it["slips"]), set()
    need(len(slips) == len(it["slips"]), "公布的票号有重复")
    need(len(it["ballots"]) <= it["issued"], "收回票数多于发出票数,本次选举无效")
    for one in it["ballots"]:
        code = hashlib.sha256(hx(one["slip"]) + hx(one["a"]) + hx(one["b"])).hexdigest()
        need(one["slip"] in slips, f"票 {code[:12]} 的票号没有公布过")
        need(one["slip"] not in used, f"票 {code[:12]} 的票号用了两次")
        used.add(one["slip"])
        c, s, t = (int(one[name], 16) for name in ("c", "s", "t"))
        knows = plus(G.times(s), sum_of([(-c, decode(hx(one["a"])))]))
        holds = plus(G.times(t), sum_of([(-c, decode(hx(one["slip"])))]))
        told = (it["context"], hx(one["slip"]), hx(it["key"]), hx(one["a"]), hx(one["b"]))
        right = challenge("ballot", *told, encode(knows), encode(holds)) == c
        need(right, f"票 {code[:12]} 的证明不成立(改过,或抄自别的票)")
    return [hx(one["a"]) for one in it["ballots"]], [hx(one["b"]) for one in it["ballots"]]


def claims(key, pair, value, c, s):
    """Return what a proof says of a ciphertext that is told to hold a value."""
    rest = plus(pair[1], negative(G.times(value)))
    one = plus(G.times(s), sum_of([(-c, pair[0])]))
    return encode(one), encode(sum_of([(s, key), (-c, rest)]))


def marked(it, key):
    """Check ballots of which only the sums are opened, and return the sums' ciphertexts."""
    slips, used, sums = set(it["slips"]), set(), [ZERO] * 4
    need(len(slips) == len(it["slips"]), "公布的票号有重复")
    need(len(it["ballots"]) <= it["issued"], "收回票数多于发出票数,本次表决无效")
    for one in it["ballots"]:
        code = hashlib.sha256(hx(one["slip"] + one["pairs"])).hexdigest()[:12]
        name, raw = it["context"] + "/" + one["slip"], hx(it["key"])
        need(one["slip"] in slips, f"票 {code} 的票号没有公布过")
        need(one["slip"] not in used, f"票 {code} 的票号用了两次")
        used.add(one["slip"])
        flat = [decode(p) for p in points(one["pairs"])]
        rows = one["proofs"]
        need(len(flat) == 4 and [len(row) for row in rows] == [4, 4, 4], f"票 {code} 写坏了")
        c, s = (int(n, 16) for n in one["holds"])
        holds = encode(plus(G.times(s), sum_of([(-c, decode(hx(one["slip"])))])))
        right = challenge("mark", name, raw, hx(one["pairs"]), holds) == c
        need(right, f"票 {code} 的证明不成立(改过,或抄自别的票)")
        whole = (plus(flat[0], flat[2]), plus(flat[1], flat[3]))
        for at, pair, row in zip(("0", "1", "sum"), (flat[:2], flat[2:], whole), rows):
            n = [int(each, 16) for each in row]
            says = [*claims(key, pair, 0, n[0], n[1]), *claims(key, pair, 1, n[2], n[3])]
            c = challenge("bit", name, at, raw, encode(pair[0]), encode(pair[1]), *says)
            need(c == (n[0] + n[2]) % ORDER, f"票 {code} 不是一票")
        sums = [plus(p, q) for p, q in zip(sums, flat)]
    told = [encode(p) for p in sums]
    return told[0::2], told[1::2]


def shuffle(it, key, mix, given):
    """Check every round of a shuffle, all of them in one sum with random weights."""
    number, size = mix["number"], len(given[0])
    flat = points(mix["out"])
    out = (flat[0::2], flat[1::2])
    rounds = [
        (points(one["shadow"]), one["order"], scalars(one["blinds"])) for one in mix["rounds"]
    ]
    need(len(rounds) == ROUNDS and len(out[0]) == size, f"第{number}次洗牌的轮数或票数不对")
    written = b"".join(a + b for a, b in zip(*given))
    shadows = [b"".join(flat) for flat, _, _ in rounds]
    said = (it["context"], hx(it["key"]), number, written, hx(mix["out"]), *shadows)
    bits = transcript("mix", *said)
    before = [[decode(one) for one in side] for side in given]
    after = [[decode(one) for one in side] for side in out]
    weights = {"in": ([0] * size, [0] * size), "out": ([0] * size, [0] * size)}
    terms, of_base, of_key = [], 0, 0
    for at, (flat, order, blinds) in enumerate(rounds):
        right = len(flat) == 2 * size and sorted(order) == list(range(size))
        need(right and len(blinds) == size, f"第{number}次洗牌第{at + 1}轮不是一个重排")
        to_out = bits[at >> 3] >> (7 - at % 8) & 1
        for side in (0, 1):
            shadow = [decode(one) for one in flat[side::2]]
            for k in range(size):
                weight = secrets.randbits(128)
                if to_out:  # out[k] = shadow[order[k]] + blind
                    weights["out"][side][k] += weight
                    terms.append((weight, negative(shadow[order[k]])))
                else:  # shadow[k] = in[order[k]] + blind
                    weights["in"][side][order[k]] -= weight
                    terms.append((weight, shadow[k]))
                if side:
                    of_key -= weight * blinds[k]
                else:
                    of_base -= weight * blinds[k]
    for side in (0, 1):
        terms += zip(weights["in"][side], before[side])
        terms += zip(weights["out"][side], after[side])
    whole = plus(plus(sum_of(terms), G.times(of_base)), sum_of([(of_key, key)]))
    need(same(whole, ZERO), f"第{number}次洗牌的证明不成立:票被换过")
    return out


def lagrange(numbers, one):
    """Return a holder's weight at zero."""
    above = below = 1
    for other in numbers:
        if other != one:
            above, below = above * other % ORDER, below * (other - one) % ORDER
    return above * pow(below, -1, ORDER)


def opening(it, shares, given):
    """Check each part of the opening, and that each ballot says what was read out."""
    parts = {int(number): part for number, part in it["parts"].items()}
    need(len(parts) == it["needed"], f"开启要{it['needed']}位监票人,这里是{len(parts)}位")
    need(set(parts) <= set(shares), "开启的人不是监票人")
    need(len(it["opened"]) == len(given[0]), "唱出的票数和票箱里的不一样")
    logs, what = None, "项合计不对" if it.get("opens") == "sums" else "张票唱错了"
    for at, (a, b) in enumerate(zip(*given)):
        first, rest = decode(a), [(1, decode(b))]
        for number, part in parts.items():
            opened = decode(hx(part[at]["d"]))
            c, s = int(part[at]["c"], 16), int(part[at]["s"], 16)
            mine = encode(plus(G.times(s), sum_of([(-c, shares[number])])))
            here = encode(sum_of([(s, first), (-c, opened)]))
            told = (it["context"], number, encode(shares[number]), a, hx(part[at]["d"]), mine, here)
            need(challenge("open", *told) == c, f"监票人{number}对第{at + 1}张票的开启不成立")
            rest.append((-lagrange(list(parts), number), opened))
        value, left = it["opened"][at], sum_of(rest)
        if value is None:
            logs = logs or table(it["most"])
            need(not is_small(left, it["most"], *logs), f"第{at + 1}张票读得出,却记成读不出")
        else:
            need(0 <= value <= it["most"], f"第{at + 1}张票的数超出范围")
            need(same(left, G.times(value)), f"第{at + 1}{what}:不是{value}")


def table(most):
    """Return the small multiples of the generator."""
    size = int(most**0.5) + 1
    found, here, one = set(), ZERO, G.times(1)
    for _ in range(size):
        found.add(encode(here))
        here = plus(here, one)
    return found, size


def is_small(point, most, found, size):
    """Test if a point is a small multiple of the generator."""
    step = negative(G.times(size))
    for _ in range(most // size + 1):
        if encode(point) in found:
            return True
        point = plus(point, step)
    return False


def marks(value, names, writes):
    """Return 0 (abstained), 1 (yes) or 2 (no) for each name, and who was written in."""
    if value is None:
        return None
    said = []
    for _ in range(names):
        value, mark = divmod(value, 3)
        said.append(mark)
    return (said, value) if value <= writes else None


def count(it):
    """Return the result, counted from the opened ballots by the rules of the meeting."""
    rules, opened = it["rules"], it["opened"]
    if it["kind"] == "appraisal":
        good = [v for v in opened if v is not None and v <= 100]
        away = sum(1 for v in opened if v == 101)
        counts = {"valid": len(good), "sum": sum(good), "abstained": away}
        return {**counts, "spoilt": len(opened) - len(good) - away}
    if it.get("opens") == "sums":
        (yes, no), cast = opened, len(it["ballots"])
        bases = {"entitled": rules["entitled"], "present": rules["present"]}
        enough = bases.get(rules["base"], cast) // 2 + 1
        counts = {"yes": [yes], "no": [no], "abstained": cast - yes - no, "written": {}}
        won = ["c1"] if yes >= enough else []
        return {**counts, "spoilt": 0, "need": enough, "elected": won, "tied": []}
    names, seats = len(rules["names"]), rules["seats"]
    yes, no, written, spoilt = [0] * names, [0] * names, {}, 0
    for value in opened:
        said = marks(value, names, rules["writes"])
        chosen = sum(1 for m in said[0] if m == 1) + (1 if said[1] else 0) if said else 0
        if said is None or chosen > seats:
            spoilt += 1
            continue
        for at, mark in enumerate(said[0]):
            yes[at] += mark == 1
            no[at] += mark == 2
        if said[1]:
            written[str(said[1])] = written.get(str(said[1]), 0) + 1
    bases = {"entitled": rules["entitled"], "present": rules["present"]}
    need_votes = bases.get(rules["base"], len(opened) - spoilt) // 2 + 1
    rank = [(votes, "c", at + 1) for at, votes in enumerate(yes)]
    rank += [(votes, "w", int(number)) for number, votes in written.items()]
    rank = sorted((one for one in rank if one[0] >= need_votes), key=lambda one: (-one[0], one[1:]))
    elected, tied = rank[:seats], []
    if len(rank) > seats and rank[seats - 1][0] == rank[seats][0]:
        level = rank[seats][0]
        elected = [one for one in rank if one[0] > level]
        tied = [one for one in rank if one[0] == level]
    return {
        "yes": yes,
        "no": no,
        "written": written,
        "spoilt": spoilt,
        "need": need_votes,
        "elected": sorted(f"{k}{n}" for _, k, n in elected),
        "tied": sorted(f"{k}{n}" for _, k, n in tied),
    }


def verify(it, say=lambda words: None):
    """Check everything; Wrong says what does not agree."""
    slips = hashlib.sha256("\n".join(it["slips"]).encode()).hexdigest()
    need(slips == it["slips_sha256"], "票号名单和开会前公布的摘要不符")
    key, shares = keys(it)
    say(f"钥匙:{len(shares)}位监票人,任{it['needed']}位可开  相符")
    sums = it.get("opens") == "sums"
    given = marked(it, key) if sums else ballots(it)
    say(f"选票:{len(it['ballots'])}张,票号、证明  相符")
    for mix in it["mixes"]:
        given = shuffle(it, key, mix, given)
        say(f"洗牌:第{mix['number']}次,{ROUNDS}轮  相符")
    need(sums or it["mixes"], "没有洗过牌:票的次序会认出人")
    opening(it, shares, given)
    read = "合计:各张密文之和" if sums else f"唱票:{len(it['opened'])}张逐张"
    say(read + "  相符")
    found = count(it)
    need(found == it["result"], f"计票结果不符:重算是 {json.dumps(found, ensure_ascii=False)}")
    say("计票:相符  " + json.dumps(found, ensure_ascii=False))


def trial(it):
    """Check a ballot that was opened instead of cast: that it holds what was pressed."""
    blind, key = int(it["blind"], 16), decode(hx(it["key"]))
    need(encode(G.times(blind)) == hx(it["a"]), "密文的前一半不是用这个随机数做的")
    held = plus(sum_of([(blind, key)]), G.times(it["value"]))
    need(encode(held) == hx(it["b"]), f"密文里装的不是 {it['value']}：这台手机没有照你点的加密")
    code = hashlib.sha256(hx(it["slip"]) + hx(it["a"]) + hx(it["b"])).hexdigest()
    need(code == it["code"], "追踪码不是这张票的")


def main():
    """Check the file that is named."""
    with open(sys.argv[1], encoding="utf-8") as file:
        it = json.load(file)
    started = time.perf_counter()
    print(it.get("title", "试投票"))
    try:
        if it.get("trial"):
            trial(it)
            print(f"试投票 {it['code'][:12]} 装的正是 {it['value']}({it['says']})  相符")
            return
        verify(it, print)
    except Wrong as wrong:
        print("不符:", wrong)
        sys.exit(1)
    except (KeyError, ValueError, TypeError, IndexError) as wrong:
        print("不符:文件不完整或写坏了:", wrong)
        sys.exit(1)
    print("票号摘要", it["slips_sha256"])
    print(f"全部相符,用时 {time.perf_counter() - started:.1f} 秒")


if __name__ == "__main__":
    main()
