/** What a UTF-16 unit is in a text of words. */
const unitKind = { unknown: 0, other: 1, letter: 2, digit: 3, ideograph: 4, half: 5 } as const;

/** Filled as units are met; ASCII from the start. */
const kinds = new Uint8Array(65_536);
for (let unit = 0; unit < 128; unit++) kinds[unit] = kindOf(String.fromCharCode(unit));

function kindOf(character: string): number {
  if (/^[\ud800-\udfff]$/.test(character)) return unitKind.half;
  if (/\p{Nd}/u.test(character)) return unitKind.digit;
  // Radicals and the like are of the script, but no letters.
  const isIdeograph = /[\p{Script=Han}\p{Script=Hiragana}]/u.test(character) && /\p{L}/u.test(character);
  if (isIdeograph) return unitKind.ideograph;
  return /[\p{L}\p{M}\p{N}]/u.test(character) ? unitKind.letter : unitKind.other;
}

const zero = 0x30;

/**
 * Calls `visit` for each word of a text, with its place in it and a hash: runs of letters and digits, in small letters, where
 * a run of digits counts as one 0 (numbers are endless, and no topics), and Han and Hiragana characters one by one.
 */
export function forEachWord(small: string, visit: (hash: number, from: number, to: number) => void): void {
  const { length } = small;
  let hash = 0;
  let from = -1;
  let afterDigit = false;
  for (let at = 0; at < length; at++) {
    const unit = small.charCodeAt(at);
    let kind = kinds[unit] as number;
    if (kind === unitKind.unknown) {
      kind = kindOf(small[at] as string);
      kinds[unit] = kind;
    }
    const begin = at;
    // A character beyond 2^16 is two units.
    if (kind === unitKind.half) {
      const character = String.fromCodePoint(small.codePointAt(at) as number);
      kind = character.length === 1 ? unitKind.other : kindOf(character);
      at += character.length - 1;
    }
    if (from >= 0 && (kind === unitKind.other || kind === unitKind.ideograph)) {
      visit(hash, from, begin);
      from = -1;
    }
    if (kind === unitKind.other) continue;
    if (from < 0) {
      hash = 0x811c9dc5 | 0;
      from = begin;
      afterDigit = false;
    }
    // FNV-1a over units.
    if (kind === unitKind.digit) {
      if (!afterDigit) hash = Math.imul(hash ^ zero, 0x01000193);
    } else {
      hash = Math.imul(hash ^ unit, 0x01000193);
      if (at > begin) hash = Math.imul(hash ^ small.charCodeAt(at), 0x01000193);
    }
    afterDigit = kind === unitKind.digit;
    if (kind === unitKind.ideograph) {
      visit(hash, from, at + 1);
      from = -1;
    }
  }
  if (from >= 0) visit(hash, from, length);
}

/** The words of a text as {@link forEachWord} finds them. */
export function wordsOf(text: string): string[] {
  const small = text.toLowerCase();
  const words: string[] = [];
  forEachWord(small, (_hash, from, to) => words.push(small.slice(from, to).replace(/\p{Nd}+/gu, '0')));
  return words;
}

/** Whether a hash is that of a known word. Of unknown words one in a million is taken for known (4096 in 2^32). */
export type KnownWords = (hash: number) => boolean;

/** Open addressing over the words' hashes: a Set of texts would need each word as a text. */
export function knownWords(words: readonly string[]): KnownWords {
  let size = 16;
  while (size < 4 * words.length) size *= 2;
  const table = new Int32Array(size);
  const mask = size - 1;
  const slotOf = (hash: number): number => {
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (table[slot] !== 0 && table[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  };
  // 0 marks an empty slot.
  const marked = (hash: number): number => (hash === 0 ? 1 : hash);
  for (const word of words) {
    forEachWord(word, (hash) => {
      table[slotOf(marked(hash))] = marked(hash);
    });
  }
  return (hash) => table[slotOf(marked(hash))] === marked(hash);
}
