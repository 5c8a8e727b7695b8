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

export function createDuplicateFilter(window: number): DuplicateFilter {
  if (window === 0) return { seen: () => false };
  // Half full at most. Old entries are overwritten in place by their age, so the table is rebuilt once a window.
  const slots = 2 ** Math.ceil(Math.log2(window * 2));
  const mask = slots - 1;
  let high = new Uint32Array(slots);
  let low = new Uint32Array(slots);
  let age = new Float64Array(slots);
  let previous = { high: new Uint32Array(slots), low: new Uint32Array(slots), age: new Float64Array(slots) };
  let accepted = 0;
  let filled = 0;

  const find = (table: typeof previous, h: number, l: number): number => {
    let slot = l & mask;
    while (table.age[slot] !== 0) {
      if (table.high[slot] === h && table.low[slot] === l) return slot;
      slot = (slot + 1) & mask;
    }
    return ~slot;
  };

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
      h = (h ^ (h >>> 16)) >>> 0;
      l = Math.imul(l ^ (l >>> 16), 0x9e3779b1) >>> 0;
      const current = { high, low, age };
      const at = find(current, h, l);
      if (at >= 0 && accepted - (age[at] as number) < window) return true;
      if (at < 0) {
        const old = find(previous, h, l);
        if (old >= 0 && accepted - (previous.age[old] as number) < window) return true;
      }
      const slot = at >= 0 ? at : ~at;
      if (at < 0) filled++;
      high[slot] = h;
      low[slot] = l;
      accepted++;
      age[slot] = accepted;
      // Two generations: when one holds a whole window, the one before is out of the window and its arrays are used anew.
      if (filled >= window) {
        const reuse = previous;
        previous = { high, low, age };
        ({ high, low, age } = reuse);
        age.fill(0);
        filled = 0;
      }
      return false;
    },
  };
}
