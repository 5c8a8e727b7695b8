/**
 * Priorities of positions: what decides which rows a bounded sample keeps. A pure function of the seed and the position, so the
 * sample is the same however often, and in whatever order and pieces, the rows are looked at.
 */

/** The seed of one partition's priorities: FNV-1a over the source's name, then the partition. 32 bits. */
export function prioritySeed(source: string, partition: number, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < source.length; at++) hash = Math.imul(hash ^ source.charCodeAt(at), 0x01000193);
  return mix(hash ^ Math.imul(partition + 1, 0x9e3779b1)) >>> 0;
}

/** The priority of an offset in [0, 2^53) under a {@link prioritySeed}: uniform over the 32-bit integers. */
export function priorityOf(seed: number, offset: number): number {
  const high = (offset / 4_294_967_296) | 0;
  return mix(mix(offset ^ seed) + Math.imul(high + 1, 0x85ebca77)) >>> 0;
}

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): every bit of the input moves every bit of the output. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
