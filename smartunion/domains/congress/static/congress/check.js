// The second verifier, in whoever's browser: the same checks as verify.py, in other code.
import { claims, sha256, short } from "./ristretto.js";
import { G, Fixed, ZERO, bytes, challenge, decode, encode, hex, mod, negative, number, plus, points, power, publicAt, same, sumOf, times, transcript, weight } from "./scrutiny.js";

const need = (right, words) => { if (!right) throw new Error(words); };
const utf8 = new TextEncoder();

const keys = (it) => {
  const shares = {}, saids = it.scrutineers.map((s) => s.commitment);
  for (const { number: n, commitment: said } of it.scrutineers) {
    const terms = said.terms.map(bytes), c = number(said.c), nonce = plus(G.times(number(said.s)), times(mod(-c), decode(terms[0])));
    need(terms.length === it.needed && challenge("key", it.context, n, ...terms, bytes(said.channel), encode(nonce)) === c, `监票人${n}的钥匙承诺不成立`);
  }
  const key = sumOf(saids.map((said) => [1n, decode(bytes(said.terms[0]))]));
  need(hex(encode(key)) === it.key, "公钥不是监票人承诺之和");
  for (const { number: n, acceptance } of it.scrutineers) {
    const share = publicAt(n, saids), c = number(acceptance.c);
    const nonce = encode(plus(G.times(number(acceptance.s)), times(mod(-c), share)));
    need(challenge("own", it.context, n, encode(share), nonce) === c, `监票人${n}没有证明握有自己的一份钥匙`);
    shares[n] = share;
  }
  return [key, shares];
};
const ballots = (it) => {
  const slips = new Set(it.slips), used = new Set();
  need(slips.size === it.slips.length, "公布的票号有重复");
  need(it.ballots.length <= it.issued, "收回票数多于发出票数，本次选举无效");
  for (const one of it.ballots) {
    const [slip, a, b] = [one.slip, one.a, one.b].map(bytes), code = hex(sha256(new Uint8Array([...slip, ...a, ...b]))).slice(0, 12);
    need(slips.has(one.slip), `票 ${code} 的票号没有公布过`);
    need(!used.has(one.slip), `票 ${code} 的票号用了两次`);
    used.add(one.slip);
    const c = number(one.c), knows = plus(G.times(number(one.s)), times(mod(-c), decode(a))), holds = plus(G.times(number(one.t)), times(mod(-c), decode(slip)));
    need(challenge("ballot", it.context, slip, bytes(it.key), a, b, encode(knows), encode(holds)) === c, `票 ${code} 的证明不成立（改过，或抄自别的票）`);
  }
  return it.ballots.map((one) => one.a + one.b).join("");
};
// Ballots of which only the sums are opened: each of them well made, then the ciphertexts added up.
const marked = (it, key) => {
  const slips = new Set(it.slips), used = new Set(), sums = [];
  need(slips.size === it.slips.length, "公布的票号有重复");
  need(it.ballots.length <= it.issued, "收回票数多于发出票数，本次表决无效");
  for (const one of it.ballots) {
    const code = hex(sha256(bytes(one.slip + one.pairs))).slice(0, 12), name = `${it.context}/${one.slip}`, raw = bytes(it.key);
    need(slips.has(one.slip), `票 ${code} 的票号没有公布过`);
    need(!used.has(one.slip), `票 ${code} 的票号用了两次`);
    used.add(one.slip);
    const flat = points(one.pairs).map(decode), pairs = [[flat[0], flat[1]], [flat[2], flat[3]]], [c, s] = one.holds.map(number);
    need(flat.length === 4 && one.proofs.length === 3 && one.proofs.every((row) => row.length === 4), `票 ${code} 写坏了`);
    const holds = encode(plus(G.times(s), times(mod(-c), decode(bytes(one.slip)))));
    need(challenge("mark", name, raw, bytes(one.pairs), holds) === c, `票 ${code} 的证明不成立（改过，或抄自别的票）`);
    const whole = [plus(flat[0], flat[2]), plus(flat[1], flat[3])];
    for (const [at, pair, row] of [["0", pairs[0], one.proofs[0]], ["1", pairs[1], one.proofs[1]], ["sum", whole, one.proofs[2]]]) {
      const n = row.map(number), says = [0, 1].flatMap((bit) => claims(key, pair, bit, n[2 * bit], n[2 * bit + 1]));
      need(challenge("bit", name, at, raw, ...pair.map(encode), ...says) === mod(n[0] + n[2]), `票 ${code} 不是一票`);
    }
    flat.forEach((p, i) => { sums[i] = sums[i] ? plus(sums[i], p) : p; });
  }
  return sums.map((p) => hex(encode(p))).join("");
};
const shuffle = (it, key, mix, given, step) => {
  const size = given.length / 128, before = points(given).map(decode), after = points(mix.out).map(decode);
  need(mix.rounds.length === 128 && after.length === 2 * size, `第${mix.number}次洗牌的轮数或票数不对`);
  const bits = transcript("mix", it.context, bytes(it.key), mix.number, bytes(given), bytes(mix.out), ...mix.rounds.map((r) => bytes(r.shadow)));
  const went = new Array(2 * size).fill(0n), came = new Array(2 * size).fill(0n), terms = [];
  let ofBase = 0n, ofKey = 0n;
  mix.rounds.forEach((round, at) => {
    const right = round.shadow.length === 128 * size && [...round.order].sort((x, y) => x - y).every((n, k) => n === k) && round.order.length === size && round.blinds.length === 64 * size;
    need(right, `第${mix.number}次洗牌第${at + 1}轮不是一个重排`);
    const shadow = points(round.shadow).map(decode), toOut = bits[at >> 3] >> (7 - at % 8) & 1;
    for (let k = 0; k < size; k++) for (const side of [0, 1]) {
      const rho = short(), from = 2 * round.order[k] + side, blind = number(round.blinds.slice(64 * k, 64 * k + 64));
      if (toOut) { came[2 * k + side] += rho; terms.push([rho, negative(shadow[from])]); } else { went[from] -= rho; terms.push([rho, shadow[2 * k + side]]); }
      if (side) ofKey -= rho * blind; else ofBase -= rho * blind;
    }
    step(at + 1);
  });
  before.forEach((p, i) => terms.push([mod(went[i]), p]));
  after.forEach((p, i) => terms.push([mod(came[i]), p]));
  const whole = plus(plus(sumOf(terms), G.times(mod(ofBase))), times(mod(ofKey), key));
  need(same(whole, ZERO), `第${mix.number}次洗牌的证明不成立：票被换过`);
  return mix.out;
};
const opening = (it, shares, given) => {
  const numbers = Object.keys(it.parts).map(Number), flat = points(given);
  need(numbers.length === it.needed && numbers.every((n) => shares[n]), `开启要${it.needed}位监票人`);
  need(it.opened.length === flat.length / 2, "唱出的票数和票箱里的不一样");
  let small = null;
  it.opened.forEach((value, at) => {
    const a = decode(flat[2 * at]), rest = [[1n, decode(flat[2 * at + 1])]];
    for (const n of numbers) {
      const said = it.parts[n][at], d = decode(bytes(said.d)), c = number(said.c), s = number(said.s);
      const mine = encode(plus(G.times(s), times(mod(-c), shares[n]))), here = encode(sumOf([[s, a], [mod(-c), d]]));
      need(challenge("open", it.context, n, encode(shares[n]), flat[2 * at], bytes(said.d), mine, here) === c, `监票人${n}对第${at + 1}张票的开启不成立`);
      rest.push([mod(-weight(numbers, n)), d]);
    }
    const left = sumOf(rest);
    if (value === null) {
      small = small || smallOnes(it.most);
      need(!small(left), `第${at + 1}张票读得出，却记成读不出`);
    } else need(value >= 0 && value <= it.most && same(left, G.times(BigInt(value))), `第${at + 1}${it.opens === "sums" ? "项合计不对" : "张票唱错了"}：不是${value}`);
  });
};
const smallOnes = (most) => {
  const size = Math.floor(Math.sqrt(most)) + 1, baby = new Set(), one = G.times(1n);
  let here = ZERO;
  for (let i = 0; i < size; i++) { baby.add(hex(encode(here))); here = plus(here, one); }
  const giant = negative(G.times(BigInt(size)));
  return (point) => { for (let i = 0; i <= most / size; i++) { if (baby.has(hex(encode(point)))) return true; point = plus(point, giant); } return false; };
};
const marks = (value, names, writes) => {
  if (value === null) return null;
  const said = [];
  for (let i = 0; i < names; i++) { said.push(value % 3); value = Math.floor(value / 3); }
  return value <= writes ? [said, value] : null;
};
export const count = (it) => {
  const { rules, opened } = it;
  if (it.kind === "appraisal") {
    const good = opened.filter((v) => v !== null && v <= 100), away = opened.filter((v) => v === 101).length;
    return { valid: good.length, sum: good.reduce((x, y) => x + y, 0), abstained: away, spoilt: opened.length - good.length - away };
  }
  if (it.opens === "sums") {
    const [yes, no] = opened, cast = it.ballots.length, enough = Math.floor(({ entitled: rules.entitled, present: rules.present }[rules.base] ?? cast) / 2) + 1;
    return { yes: [yes], no: [no], abstained: cast - yes - no, written: {}, spoilt: 0, need: enough, elected: yes >= enough ? ["c1"] : [], tied: [] };
  }
  const names = rules.names.length, yes = new Array(names).fill(0), no = new Array(names).fill(0), written = {};
  let spoilt = 0;
  for (const value of opened) {
    const said = marks(value, names, rules.writes), chosen = said ? said[0].filter((m) => m === 1).length + (said[1] ? 1 : 0) : 0;
    if (!said || chosen > rules.seats) { spoilt++; continue; }
    said[0].forEach((m, at) => { if (m === 1) yes[at]++; if (m === 2) no[at]++; });
    if (said[1]) written[said[1]] = (written[said[1]] || 0) + 1;
  }
  const base = { entitled: rules.entitled, present: rules.present }[rules.base] ?? opened.length - spoilt, enough = Math.floor(base / 2) + 1;
  let rank = yes.map((v, i) => [v, `c${i + 1}`]).concat(Object.entries(written).map(([n, v]) => [v, `w${n}`]));
  rank = rank.filter(([v]) => v >= enough).sort((x, y) => y[0] - x[0]);
  let elected = rank.slice(0, rules.seats), tied = [];
  if (rank.length > rules.seats && rank[rules.seats - 1][0] === rank[rules.seats][0]) {
    const level = rank[rules.seats][0];
    elected = rank.filter(([v]) => v > level); tied = rank.filter(([v]) => v === level);
  }
  return { yes, no, written, spoilt, need: enough, elected: elected.map(([, n]) => n).sort(), tied: tied.map(([, n]) => n).sort() };
};
const plain = (thing) => JSON.stringify(thing, (_, v) => v && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v);

export const verify = (it, say = () => {}, step = () => {}) => {
  need(hex(sha256(utf8.encode(it.slips.join("\n")))) === it.slips_sha256, "票号名单和开会前公布的摘要不符");
  const [key, shares] = keys(it);
  say(`钥匙：${it.scrutineers.length} 位监票人，任 ${it.needed} 位可开，相符`);
  const sums = it.opens === "sums";
  let given = sums ? marked(it, key) : ballots(it);
  say(`选票：${it.ballots.length} 张的票号和证明，相符`);
  need(sums || it.mixes.length > 0, "没有洗过牌：票的次序会认出人");
  for (const mix of it.mixes) { given = shuffle(it, key, mix, given, step); say(`洗牌：第 ${mix.number} 次，128 轮，相符`); }
  opening(it, shares, given);
  say(sums ? "合计：各张密文之和，相符；单张没有开启" : `唱票：${it.opened.length} 张逐张，相符`);
  const found = count(it);
  need(plain(found) === plain(it.result), `计票结果不符：重算是 ${plain(found)}`);
  say("计票：重算的结果和公布的相符");
};
