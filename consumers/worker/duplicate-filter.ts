/**
 * Remembers the ids of the last `window` accepted events of one partition. Whether an event is a duplicate is a pure function
 * of the log, so a restarted worker that is given the same ids again comes to the same answers.
 *
 * Ids are kept as 64-bit hashes (two rounds of 32-bit FNV-1a with a final mix) in an open-addressed table: 16 bytes a slot, no
 * allocation an event. Two different ids of one window collide with probability window / 2^64.
 */
export interface DuplicateFilter {
  /** True where the id stood among the last `window` accepted events; otherwise remembers it. */
  seen(id: string): boolean;
}

/** Words of a slot (4, so `<< 2`), side by side so that a look-up costs one line of the cache: the halves of the hash, and the age. */
const slotWords = 4;
const low = 1;
const age = 2;

/** @param window at most 2^30 */
export function createDuplicateFilter(window: number): DuplicateFilter {
  if (window === 0) return { seen: () => false };
  // Half full at most. Old entries are overwritten in place by their age, so the table is rebuilt once a window.
  const slots = 2 ** Math.ceil(Math.log2(window * 2));
  const mask = slots * slotWords - 1;
  let current = new Int32Array(slots * slotWords);
  let previous = new Int32Array(slots * slotWords);
  /** Counts accepted events modulo 2^32; 0 is the age of an empty slot. */
  let accepted = 0;
  let filled = 0;

  /** Where the hash stands, or the empty place it would take, negative. */
  const find = (table: Int32Array, h: number, l: number): number => {
    let at = (l << 2) & mask;
    while (table[at + age] !== 0) {
      if (table[at] === h && table[at + low] === l) return at;
      at = (at + slotWords) & mask;
    }
    return ~at;
  };
  const isRecent = (table: Int32Array, at: number): boolean => (accepted - (table[at + age] as number)) >>> 0 < window;

  return {
    seen(id) {
      let h = 0x811c9dc5;
      let l = 0xc2b2ae35;
      for (let at = 0; at < id.length; at++) {
        const code = id.charCodeAt(at);
        h = Math.imul(h ^ code, 0x01000193);
        l = Math.imul(l ^ code, 0x85ebca6b);
        l ^= l >>> 13;
      }
      h ^= h >>> 16;
      l = Math.imul(l ^ (l >>> 16), 0x9e3779b1);
      const found = find(current, h, l);
      if (found >= 0 && isRecent(current, found)) return true;
      if (found < 0) {
        const old = find(previous, h, l);
        if (old >= 0 && isRecent(previous, old)) return true;
      }
      const at = found >= 0 ? found : ~found;
      if (found < 0) filled++;
      accepted = (accepted + 1) >>> 0 || 1;
      current[at] = h;
      current[at + low] = l;
      current[at + age] = accepted;
      // Two generations: when one holds a whole window, the one before is out of the window and its table is used anew.
      if (filled >= window) {
        [current, previous] = [previous, current];
        current.fill(0);
        filled = 0;
      }
      return false;
    },
  };
}
