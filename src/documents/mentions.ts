/** Anything whose text does not change. The answers are kept for as long as it lives. */
interface Texted {
  readonly text: string;
}

interface Looked {
  /** One bit for each hash of three neighbouring characters that stand somewhere in the text. */
  readonly grams: Uint8Array;
  readonly words: Map<string, boolean>;
}

/** Bits of the smallest and the largest table; a table has about two bits for a character of text. */
const LEAST_BITS = 2 ** 11;
const MOST_BITS = 2 ** 19;

const looked = new WeakMap<Texted, Looked>();

function hash(text: string, at: number): number {
  const sum =
    Math.imul(text.charCodeAt(at), 0x9e3779b1) ^
    Math.imul(text.charCodeAt(at + 1), 0x85ebca6b) ^
    Math.imul(text.charCodeAt(at + 2), 0xc2b2ae35);
  return (sum ^ (sum >>> 15)) >>> 0;
}

function gramsOf(text: string): Uint8Array {
  let bits = LEAST_BITS;
  while (bits < MOST_BITS && bits < text.length * 2) bits *= 2;
  const grams = new Uint8Array(bits / 8);
  for (let at = 0; at + 2 < text.length; at += 1) {
    const bit = hash(text, at) & (bits - 1);
    grams[bit >> 3] = (grams[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return grams;
}

/** Words are asked for again in every text: most come from the checks, some hundreds; a few are names of the repository. */
const MOST_WORDS = 4096;
/** The hashes of a word's characters, three by three. */
const hashesOfWords = new Map<string, Uint32Array>();

function hashesOf(word: string): Uint32Array {
  let hashes = hashesOfWords.get(word);
  if (hashes === undefined) {
    hashes = Uint32Array.from({ length: Math.max(0, word.length - 2) }, (_, at) => hash(word, at));
    if (hashesOfWords.size >= MOST_WORDS) hashesOfWords.clear();
    hashesOfWords.set(word, hashes);
  }
  return hashes;
}

function mayHold(grams: Uint8Array, word: string): boolean {
  const last = grams.length * 8 - 1;
  for (const each of hashesOf(word)) {
    const bit = each & last;
    if (((grams[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/**
 * True when the text holds one of the words, in the same case. The text is walked once, however many words are asked
 * for: most that do not occur are ruled out without another look, and every answer is kept.
 */
export function mentionsAny(subject: Texted, words: readonly string[]): boolean {
  let known = looked.get(subject);
  if (known === undefined) {
    known = { grams: gramsOf(subject.text), words: new Map() };
    looked.set(subject, known);
  }
  for (const word of words) {
    if (!mayHold(known.grams, word)) continue;
    let holds = known.words.get(word);
    if (holds === undefined) {
      holds = subject.text.includes(word);
      known.words.set(word, holds);
    }
    if (holds) return true;
  }
  return false;
}
