// ristretto255 (RFC 9496), SHA-256 and SHA-512 for the pages of the congress: nothing from elsewhere.
// The words are those of rules/group.py and of verify.py. BigInt takes no fixed time: what it guards
// is a ballot, once, on the voter's own phone.

export const P = 2n ** 255n - 19n;
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (x, m = P) => { const r = x % m; return r < 0n ? r + m : r; };
const pow = (x, e) => { let r = 1n; x = mod(x); while (e > 0n) { if (e & 1n) r = r * x % P; x = x * x % P; e >>= 1n; } return r; };
export const inverse = (x, m) => { let [a, b, u, v] = [mod(x, m), m, 1n, 0n]; while (b) { const q = a / b; [a, b] = [b, a - q * b]; [u, v] = [v, u - q * v]; } return mod(u, m); };
const D = mod(-121665n * inverse(121666n, P));
const ROOT = pow(2n, (P - 1n) / 4n);
export const ZERO = [0n, 1n, 1n, 0n];

const squares = (x, n) => { while (n-- > 0) x = x * x % P; return x; };
const power = (x) => { // x^((p-5)/8), by the usual chain
  const x2 = x * x % P * x % P, x4 = squares(x2, 2) * x2 % P, x5 = squares(x4, 1) * x % P;
  const x10 = squares(x5, 5) * x5 % P, x20 = squares(x10, 10) * x10 % P, x40 = squares(x20, 20) * x20 % P;
  const x50 = squares(x40, 10) * x10 % P, x100 = squares(x50, 50) * x50 % P, x200 = squares(x100, 100) * x100 % P;
  return squares(squares(x200, 50) * x50 % P, 2) * x % P;
};
const rootOfRatio = (u, v) => {
  const v3 = v * v % P * v % P, t = u * v3 % P;
  let r = t * power(t * v3 % P * v % P) % P;
  const c = v * r % P * r % P, minus = mod(-u), flipped = c === minus;
  if (flipped || c === minus * ROOT % P) r = r * ROOT % P;
  return [c === mod(u) || flipped, r & 1n ? P - r : r];
};
const ROOT_A_D = rootOfRatio(1n, mod(-1n - D))[1];

export const hex = (raw) => Array.from(raw, (b) => b.toString(16).padStart(2, "0")).join("");
export const bytes = (text) => Uint8Array.from(text.match(/../g) || [], (b) => parseInt(b, 16));
const little = (raw) => BigInt(`0x${hex(Uint8Array.from(raw).reverse()) || "0"}`);
export const scalar = (n) => bytes(mod(n, ORDER).toString(16).padStart(64, "0")).reverse();
export const told = (n) => mod(n, ORDER).toString(16).padStart(64, "0");
export const number = (text) => BigInt(`0x${text}`);

export const decode = (raw) => {
  const s = little(raw);
  if (raw.length !== 32 || s >= P || s & 1n) throw new Error("no point");
  const ss = s * s % P, u1 = mod(1n - ss), u2 = (1n + ss) % P;
  const v = mod(-(D * u1 % P * u1) - u2 * u2), [square, i] = rootOfRatio(1n, v * u2 % P * u2 % P);
  const dx = i * u2 % P;
  let x = 2n * s * dx % P;
  if (x & 1n) x = P - x;
  const y = u1 * (i * dx % P * v % P) % P, t = x * y % P;
  if (!square || t & 1n || y === 0n) throw new Error("no point");
  return [x, y, 1n, t];
};
export const encode = ([x, y, z, t]) => {
  const u1 = mod((z + y) * mod(z - y)), u2 = mod(x * y), i = rootOfRatio(1n, u1 * u2 % P * u2 % P)[1];
  const d1 = i * u1 % P, zi = d1 * (i * u2 % P) % P * t % P;
  let d2 = i * u2 % P;
  if (mod(t * zi) & 1n) [x, y, d2] = [y * ROOT % P, x * ROOT % P, d1 * ROOT_A_D % P];
  if (mod(x * zi) & 1n) y = -y;
  const s = mod(d2 * mod(z - y));
  return bytes((s & 1n ? P - s : s).toString(16).padStart(64, "0")).reverse();
};
export const plus = (p, q) => {
  const a = (p[1] - p[0]) * (q[1] - q[0]) % P, b = (p[1] + p[0]) * (q[1] + q[0]) % P;
  const c = 2n * D * p[3] % P * q[3] % P, d = 2n * p[2] * q[2] % P;
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
};
const twice = (p) => {
  const a = p[0] * p[0], b = p[1] * p[1], h = a + b, g = a - b;
  const e = (h - (p[0] + p[1]) ** 2n) % P, f = (2n * p[2] * p[2] + g) % P;
  return [mod(e * f), mod(g % P * (h % P)), mod(f * (g % P)), mod(e * (h % P))];
};
export const negative = (p) => [mod(-p[0]), p[1], p[2], mod(-p[3])];
export const same = (p, q) => mod(p[0] * q[1] - p[1] * q[0]) === 0n || mod(p[1] * q[1] - p[0] * q[0]) === 0n;

const few = (terms) => {
  const tables = terms.map(([, point]) => { const row = [ZERO, point]; for (let i = 0; i < 14; i++) row.push(plus(row[row.length - 1], point)); return row; });
  const digits = terms.map(([n]) => told(n));
  let found = ZERO;
  for (let at = 0; at < 64; at++) {
    if (at) for (let i = 0; i < 4; i++) found = twice(found);
    digits.forEach((text, i) => { const d = parseInt(text[at], 16); if (d) found = plus(found, tables[i][d]); });
  }
  return found;
};
export const sumOf = (terms) => {
  if (terms.length < 8) return few(terms);
  const width = Math.max(2, Math.min(12, terms.length.toString(2).length - 3)), mask = (1n << BigInt(width)) - 1n;
  const all = terms.map(([n, p]) => [mod(n, ORDER), p]);
  const bits = all.reduce((m, [n]) => Math.max(m, n.toString(2).length), 0);
  let found = ZERO;
  for (let shift = Math.ceil(bits / width) * width - width; shift >= 0; shift -= width) {
    for (let i = 0; i < width; i++) found = twice(found);
    const buckets = new Array(2 ** width);
    for (const [n, p] of all) { const d = Number(n >> BigInt(shift) & mask); if (d) buckets[d] = buckets[d] ? plus(buckets[d], p) : p; }
    let running = ZERO, whole = ZERO;
    for (let d = buckets.length - 1; d > 0; d--) { if (buckets[d]) running = plus(running, buckets[d]); if (running !== ZERO) whole = plus(whole, running); }
    found = plus(found, whole);
  }
  return found;
};
export const times = (n, p) => few([[n, p]]);
export class Fixed {
  constructor(point) {
    this.rows = [];
    for (let i = 0; i < 64; i++) { const row = [ZERO]; for (let j = 0; j < 15; j++) row.push(plus(row[j], point)); this.rows.push(row); point = plus(row[15], point); }
  }
  times(n) {
    const text = told(n);
    let found = ZERO;
    for (let i = 0; i < 64; i++) { const d = parseInt(text[63 - i], 16); if (d) found = plus(found, this.rows[i][d]); }
    return found;
  }
}
export const G = new Fixed(decode(bytes("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")));
export const fresh = () => { const raw = new Uint8Array(64); crypto.getRandomValues(raw); return mod(little(raw), ORDER - 1n) + 1n; };
export const short = () => { const raw = new Uint8Array(16); crypto.getRandomValues(raw); return little(raw); };

// ---------- SHA-2: the constants are the roots of the first primes, computed here ----------
const primes = []; for (let n = 2n; primes.length < 80; n++) if (primes.every((p) => n % p)) primes.push(n);
const rootOf = (n, k) => { let x = 1n << BigInt(n.toString(2).length / k + 1 | 0); for (;;) { const y = k === 2 ? (x + n / x) / 2n : (2n * x + n / (x * x)) / 3n; if (y >= x) return x; x = y; } };
const fraction = (n, k, bits) => rootOf(n << BigInt(bits * k), k) & (1n << BigInt(bits)) - 1n;
const split = (x) => [Number(x >> 32n) | 0, Number(x & 0xffffffffn) | 0];
const K512 = primes.map((n) => split(fraction(n, 3, 64))), H512 = primes.slice(0, 8).map((n) => split(fraction(n, 2, 64)));
const KH = Int32Array.from(K512, (k) => k[0]), KL = Int32Array.from(K512, (k) => k[1]);

export class Sha512 {
  constructor() { this.h = H512.map((x) => [...x]); this.rest = new Uint8Array(128); this.used = 0; this.length = 0; }
  update(raw) {
    this.length += raw.length;
    for (let at = 0; at < raw.length;) {
      const take = Math.min(128 - this.used, raw.length - at);
      this.rest.set(raw.subarray(at, at + take), this.used);
      at += take; this.used += take;
      if (this.used === 128) { this.block(this.rest); this.used = 0; }
    }
    return this;
  }
  block(raw) {
    const wh = new Int32Array(80), wl = new Int32Array(80), view = new DataView(raw.buffer, raw.byteOffset, 128);
    for (let i = 0; i < 16; i++) { wh[i] = view.getInt32(8 * i); wl[i] = view.getInt32(8 * i + 4); }
    const add = (...xs) => { let low = 0, high = 0; for (const [h, l] of xs) { low += l >>> 0; high += h; } return [(high + Math.floor(low / 4294967296)) | 0, low | 0]; };
    const rotate = (h, l, n) => n < 32 ? [h >>> n | l << 32 - n, l >>> n | h << 32 - n] : n === 32 ? [l, h] : [l >>> n - 32 | h << 64 - n, h >>> n - 32 | l << 64 - n];
    const shift = (h, l, n) => [h >>> n, l >>> n | h << 32 - n];
    const xor = (a, b, c) => [a[0] ^ b[0] ^ c[0], a[1] ^ b[1] ^ c[1]];
    for (let i = 16; i < 80; i++) {
      const s0 = xor(rotate(wh[i - 15], wl[i - 15], 1), rotate(wh[i - 15], wl[i - 15], 8), shift(wh[i - 15], wl[i - 15], 7));
      const s1 = xor(rotate(wh[i - 2], wl[i - 2], 19), rotate(wh[i - 2], wl[i - 2], 61), shift(wh[i - 2], wl[i - 2], 6));
      [wh[i], wl[i]] = add(s0, s1, [wh[i - 16], wl[i - 16]], [wh[i - 7], wl[i - 7]]);
    }
    let [a, b, c, d, e, f, g, h] = this.h;
    for (let i = 0; i < 80; i++) {
      const s1 = xor(rotate(...e, 14), rotate(...e, 18), rotate(...e, 41)), ch = [e[0] & f[0] ^ ~e[0] & g[0], e[1] & f[1] ^ ~e[1] & g[1]];
      const t1 = add(h, s1, ch, [KH[i], KL[i]], [wh[i], wl[i]]);
      const s0 = xor(rotate(...a, 28), rotate(...a, 34), rotate(...a, 39)), maj = [a[0] & b[0] ^ a[0] & c[0] ^ b[0] & c[0], a[1] & b[1] ^ a[1] & c[1] ^ b[1] & c[1]];
      [h, g, f, e, d, c, b, a] = [g, f, e, add(d, t1), c, b, a, add(t1, s0, maj)];
    }
    this.h = [a, b, c, d, e, f, g, h].map((x, i) => add(x, this.h[i]));
  }
  digest() {
    const bits = BigInt(this.length) * 8n, pad = new Uint8Array((this.used < 112 ? 128 : 256) - this.used);
    pad[0] = 0x80;
    bytes(bits.toString(16).padStart(32, "0")).forEach((b, i) => { pad[pad.length - 16 + i] = b; });
    this.update(pad);
    return bytes(this.h.map(([h, l]) => (h >>> 0).toString(16).padStart(8, "0") + (l >>> 0).toString(16).padStart(8, "0")).join(""));
  }
}
const H256 = primes.slice(0, 8).map((n) => Number(fraction(n, 2, 32)) | 0), K256 = primes.slice(0, 64).map((n) => Number(fraction(n, 3, 32)) | 0);
export const sha256 = (raw) => {
  const size = Math.ceil((raw.length + 9) / 64) * 64, all = new Uint8Array(size), view = new DataView(all.buffer), h = [...H256];
  all.set(raw); all[raw.length] = 0x80; view.setUint32(size - 4, raw.length * 8); view.setUint32(size - 8, Math.floor(raw.length / 536870912));
  const r = (x, n) => x >>> n | x << 32 - n;
  for (let at = 0; at < size; at += 64) {
    const w = new Int32Array(64);
    for (let i = 0; i < 64; i++) w[i] = i < 16 ? view.getInt32(at + 4 * i) : (r(w[i - 2], 17) ^ r(w[i - 2], 19) ^ w[i - 2] >>> 10) + w[i - 7] + (r(w[i - 15], 7) ^ r(w[i - 15], 18) ^ w[i - 15] >>> 3) + w[i - 16];
    let [a, b, c, d, e, f, g, k] = h;
    for (let i = 0; i < 64; i++) {
      const one = k + (r(e, 6) ^ r(e, 11) ^ r(e, 25)) + (e & f ^ ~e & g) + K256[i] + w[i] | 0, two = (r(a, 2) ^ r(a, 13) ^ r(a, 22)) + (a & b ^ a & c ^ b & c) | 0;
      [k, g, f, e, d, c, b, a] = [g, f, e, d + one | 0, c, b, a, one + two | 0];
    }
    [a, b, c, d, e, f, g, k].forEach((x, i) => { h[i] = h[i] + x | 0; });
  }
  return bytes(h.map((x) => (x >>> 0).toString(16).padStart(8, "0")).join(""));
};

const utf8 = new TextEncoder();
export const transcript = (use, ...parts) => {
  const sha = new Sha512();
  for (const part of [`smartunion/vote/v1/${use}`, ...parts]) {
    const raw = typeof part === "string" ? utf8.encode(part) : typeof part === "number" ? scalar(BigInt(part)) : part;
    sha.update(bytes(raw.length.toString(16).padStart(16, "0"))).update(raw);
  }
  return sha.digest();
};
export const challenge = (use, ...parts) => mod(little(transcript(use, ...parts)), ORDER);

// ---------- what a phone does ----------
export const cast = (context, key, slip, value, keep = () => {}) => { // `keep` is told the random number, for who opens the ballot instead of casting it
  const Y = decode(bytes(key)), [r, w, v] = [fresh(), fresh(), fresh()], k = number(slip);
  const a = encode(G.times(r)), b = encode(plus(times(r, Y), G.times(BigInt(value)))), pub = encode(G.times(k));
  keep(told(r));
  const c = challenge("ballot", context, pub, bytes(key), a, b, encode(G.times(w)), encode(G.times(v)));
  return { slip: hex(pub), a: hex(a), b: hex(b), c: told(c), s: told(w + c * r), t: told(v + c * k), code: hex(sha256(new Uint8Array([...pub, ...a, ...b]))) };
};
const joined = (parts) => bytes(parts.map(hex).join(""));
// A ballot of which only the sums are ever opened: each choice 0 or 1, no more than one of them.
export const claims = (Y, [A, B], value, c, s) => {
  const back = mod(-c, ORDER), rest = plus(B, negative(G.times(BigInt(value))));
  return [encode(plus(G.times(s), times(back, A))), encode(plus(times(s, Y), times(back, rest)))];
};
const oneOfTwo = (name, key, Y, at, [A, B], blind, value) => {
  const other = 1 - value, [cOther, sOther, nonce] = [fresh(), fresh(), fresh()], says = [], proof = [];
  says[value] = [encode(G.times(nonce)), encode(times(nonce, Y))];
  says[other] = claims(Y, [A, B], other, cOther, sOther);
  const c = challenge("bit", name, at, key, encode(A), encode(B), ...says[0], ...says[1]), own = mod(c - cOther, ORDER);
  proof[value] = [told(own), told(nonce + own * blind)];
  proof[other] = [told(cOther), told(sOther)];
  return proof.flat();
};
export const mark = (context, key, slip, choices) => {
  const Y = decode(bytes(key)), k = number(slip), pub = encode(G.times(k)), name = `${context}/${hex(pub)}`;
  const blinds = choices.map(fresh), made = choices.map((one, i) => [G.times(blinds[i]), plus(times(blinds[i], Y), G.times(BigInt(one)))]);
  const rows = made.map((pair, i) => [String(i), pair, blinds[i], choices[i]]);
  const add = (side) => made.map((pair) => pair[side]).reduce(plus);
  rows.push(["sum", [add(0), add(1)], mod(blinds.reduce((x, y) => x + y), ORDER), choices.reduce((x, y) => x + y)]);
  const pairs = joined(made.flat().map(encode)), nonce = fresh();
  const c = challenge("mark", name, bytes(key), pairs, encode(G.times(nonce)));
  return {
    slip: hex(pub), pairs: hex(pairs), holds: [told(c), told(nonce + c * k)], code: hex(sha256(new Uint8Array([...pub, ...pairs]))),
    proofs: rows.map(([at, pair, blind, value]) => oneOfTwo(name, bytes(key), Y, at, pair, blind, value)),
  };
};
