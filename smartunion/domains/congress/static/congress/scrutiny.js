// What a scrutineer's own laptop computes: the key ceremony, the shuffle, the opening. Secrets stay
// here: this module sends nothing, and the pages send only what these functions return as `said`.
import { G, Fixed, ORDER, ZERO, bytes, challenge, decode, encode, fresh, hex, inverse, negative, number, plus, same, sumOf, times, told, transcript } from "./ristretto.js";

const mod = (x) => { const r = x % ORDER; return r < 0n ? r + ORDER : r; };
const power = (x, n) => { let r = 1n; while (n-- > 0) r = mod(r * BigInt(x)); return r; };
const joined = (parts) => { const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0; for (const p of parts) { all.set(p, at); at += p.length; } return all; };

export const begin = (context, me, needed) => {
  const terms = Array.from({ length: needed }, fresh), channel = fresh(), nonce = fresh();
  const open = terms.map((t) => encode(G.times(t))), T = encode(G.times(channel));
  const c = challenge("key", context, me, ...open, T, encode(G.times(nonce)));
  const said = { terms: open.map(hex), channel: hex(T), c: told(c), s: told(nonce + c * terms[0]) };
  return { secret: { terms: terms.map(told), channel: told(channel) }, said };
};
const pad = (context, giver, taker, secret, said) => challenge("share", context, giver, taker, encode(times(number(secret.channel), decode(bytes(said.channel)))));
export const shareFor = (context, giver, taker, secret, said) => {
  const value = secret.terms.reduce((sum, t, i) => mod(sum + number(t) * power(taker, i)), 0n);
  return told(value + pad(context, giver, taker, secret, said));
};
const publicAt = (taker, saids) => sumOf(saids.flatMap((said) => said.terms.map((t, i) => [power(taker, i), decode(bytes(t))])));
export const gather = (context, me, secret, saids, sent) => { // sent: giver -> what they sent me
  let whole = secret.terms.reduce((sum, t, i) => mod(sum + number(t) * power(me, i)), 0n);
  for (const [giver, text] of Object.entries(sent)) {
    const value = mod(number(text) - pad(context, Number(giver), me, secret, saids[giver]));
    if (!same(G.times(value), publicAt(me, [saids[giver]]))) throw new Error(`监票人${giver}送来的一份和承诺不符`);
    whole = mod(whole + value);
  }
  const nonce = fresh(), c = challenge("own", context, me, encode(G.times(whole)), encode(G.times(nonce)));
  return { share: told(whole), said: { c: told(c), s: told(nonce + c * whole) } };
};

const random = (n) => { const limit = Math.floor(4294967296 / n) * n, one = new Uint32Array(1); do crypto.getRandomValues(one); while (one[0] >= limit); return one[0] % n; };
export const points = (text) => { const found = []; for (let at = 0; at < text.length; at += 64) found.push(bytes(text.slice(at, at + 64))); return found; };
export const shuffle = (context, key, mix, pairs, step = () => {}) => { // pairs: hex of a and b, one after the other
  const flat = points(pairs), size = flat.length / 2, Y = new Fixed(decode(bytes(key)));
  const source = flat.map(decode);
  const once = () => {
    const order = Array.from({ length: size }, (_, i) => i), blinds = order.map(fresh);
    for (let i = size - 1; i > 0; i--) { const j = random(i + 1); [order[i], order[j]] = [order[j], order[i]]; }
    const out = joined(order.flatMap((from, k) => [encode(plus(source[2 * from], G.times(blinds[k]))), encode(plus(source[2 * from + 1], Y.times(blinds[k])))]));
    return { order, blinds, out };
  };
  const mine = once(), shadows = [];
  for (let i = 0; i < 128; i++) { shadows.push(once()); step(i + 1); }
  const bits = transcript("mix", context, bytes(key), mix, bytes(pairs), mine.out, ...shadows.map((s) => s.out));
  const rounds = shadows.map((s, at) => {
    let { order, blinds } = s;
    if (bits[at >> 3] >> (7 - at % 8) & 1) {
      const back = []; s.order.forEach((from, k) => { back[from] = k; });
      order = mine.order.map((from) => back[from]);
      blinds = order.map((k, i) => mod(mine.blinds[i] - s.blinds[k]));
    }
    return { shadow: hex(s.out), order, blinds: blinds.map(told).join("") };
  });
  return { out: hex(mine.out), rounds };
};
export const part = (context, me, share, pairs) => {
  const x = number(share), pub = encode(G.times(x)), flat = points(pairs), made = [];
  for (let at = 0; at < flat.length; at += 2) {
    const a = decode(flat[at]), d = encode(times(x, a)), nonce = fresh();
    const c = challenge("open", context, me, pub, flat[at], d, encode(G.times(nonce)), encode(times(nonce, a)));
    made.push({ d: hex(d), c: told(c), s: told(nonce + c * x) });
  }
  return made;
};
export const weight = (numbers, one) => { let above = 1n, below = 1n; for (const other of numbers) if (other !== one) { above = mod(above * BigInt(other)); below = mod(below * BigInt(other - one)); } return mod(above * inverse(below, ORDER)); };
export { G, Fixed, ORDER, ZERO, bytes, challenge, decode, encode, hex, negative, number, plus, same, sumOf, times, told, transcript, publicAt, mod, power };
