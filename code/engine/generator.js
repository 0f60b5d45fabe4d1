/* PyTorch's generator of random numbers on the CPU, draw for draw.

   It is the Mersenne twister MT19937 of Matsumoto & Nishimura (ACM TOMACS 8 (1998) 3): 624 words of
   32 bits, of which each new one is a linear function (in the field of two elements) of three old
   ones. A uniform float32 takes the 24 lowest bits of one word, a uniform float64 53 bits of two.
   The state is written in PyTorch's layout, so that it can be compared with PyTorch's. */
import { raise } from "./error.js";

const N = 624;
const SHIFT = 397;
const STATE_BYTES = 5056;
const DEFAULT_SEED = 67280421310721n; // that of torch.Generator()

/* Offsets in the state, in bytes. */
const SEED = 0;
const LEFT = 8;
const SEEDED = 12;
const NEXT = 16;
const WORDS = 24;
const NORMAL = WORDS + 8 * N + 8;
const NORMAL_VALID = NORMAL + 16;

export class Generator {
  constructor(seed = DEFAULT_SEED) {
    this.words = new Uint32Array(N);
    this.manualSeed(seed);
  }

  manualSeed(seed) {
    this.initial = BigInt.asUintN(64, BigInt(seed));
    const { words } = this;
    words[0] = Number(this.initial & 0xffffffffn);
    for (let i = 1; i < N; i++) {
      words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    }
    this.left = 1; // draws until the words are renewed, plus one
    this.next = 0; // the word that is drawn next
    this.spareNormal = undefined; // Box and Muller make two normal numbers at a time
    return this;
  }

  /* Choose a seed by chance, of 53 bits as PyTorch's, and return it. */
  seed() {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    this.manualSeed((BigInt(high & 0x1fffff) << 32n) | BigInt(low));
    return this.initialSeed();
  }

  initialSeed() {
    return this.initial <= Number.MAX_SAFE_INTEGER ? Number(this.initial) : this.initial;
  }

  renew() {
    const { words } = this;
    for (let i = 0; i < N; i++) {
      const mixed = (words[i] & 0x80000000) | (words[(i + 1) % N] & 0x7fffffff);
      words[i] = words[(i + SHIFT) % N] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.left = N;
    this.next = 0;
  }

  /* A whole number below 2³² */
  word() {
    if (--this.left === 0) this.renew();
    let y = this.words[this.next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /* A whole number below 2⁶⁴ */
  longWord() {
    const high = BigInt(this.word());
    return (high << 32n) | BigInt(this.word());
  }

  /* Uniform in [0, 1), with 24 and with 53 bits. */
  single() {
    return (this.word() & 0xffffff) * 2 ** -24;
  }
  double() {
    const high = this.word() & 0x1fffff;
    return (high * 2 ** 32 + this.word()) * 2 ** -53;
  }

  /* A standard normal number, by Box and Muller. */
  normal() {
    if (this.spareNormal !== undefined) {
      const value = this.spareNormal;
      this.spareNormal = undefined;
      return value;
    }
    const angle = 2 * Math.PI * this.double();
    const radius = Math.sqrt(-2 * Math.log1p(-this.double()));
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  clone() {
    return new Generator().setBytes(this.bytes());
  }

  bytes() {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(SEED, this.initial, true);
    view.setInt32(LEFT, this.left, true);
    view.setInt32(SEEDED, 1, true);
    view.setUint32(NEXT, this.next, true);
    this.words.forEach((word, i) => view.setUint32(WORDS + 8 * i, word, true));
    if (this.spareNormal !== undefined) {
      view.setFloat64(NORMAL, this.spareNormal, true);
      view.setInt32(NORMAL_VALID, 1, true);
    }
    return bytes;
  }

  setBytes(bytes) {
    if (bytes.length !== STATE_BYTES) {
      raise(
        "RuntimeError",
        `Expected a CPUGeneratorImplState of size ${STATE_BYTES} but found the input RNG state ` +
          `size to be ${bytes.length}`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const [left, next] = [view.getInt32(LEFT, true), view.getUint32(NEXT, true)];
    if (view.getInt32(SEEDED, true) !== 1 || left < 1 || left > N || next > N) {
      raise("RuntimeError", "Invalid mt19937 state");
    }
    this.initial = view.getBigUint64(SEED, true);
    [this.left, this.next] = [left, next];
    for (let i = 0; i < N; i++) this.words[i] = view.getUint32(WORDS + 8 * i, true);
    const valid = view.getInt32(NORMAL_VALID, true) !== 0;
    this.spareNormal = valid ? view.getFloat64(NORMAL, true) : undefined;
    return this;
  }
}

/* What rand and its relatives draw from when they are given no generator. */
export const globalGenerator = new Generator();
globalGenerator.seed();
