/**
 * The partition of a key as Java's producers choose it: murmur2 of its bytes, without its sign, modulo the partitions. That
 * of kafkajs comes to the same with a 64-bit integer object for each step, which is too much for every event.
 */
export function partitionOf(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}

/** 32-bit murmur2 (Austin Appleby, 2008) with the seed of Apache Kafka. */
function murmur2(data: Uint8Array): number {
  const factor = 0x5bd1e995;
  const { length } = data;
  const whole = length & ~3;
  let hash = 0x9747b28c ^ length;
  for (let at = 0; at < whole; at += 4) {
    let part = byte(data, at) | (byte(data, at + 1) << 8) | (byte(data, at + 2) << 16) | (byte(data, at + 3) << 24);
    part = Math.imul(part, factor);
    part = Math.imul(part ^ (part >>> 24), factor);
    hash = Math.imul(hash, factor) ^ part;
  }
  const rest = length & 3;
  if (rest > 2) hash ^= byte(data, whole + 2) << 16;
  if (rest > 1) hash ^= byte(data, whole + 1) << 8;
  if (rest > 0) hash = Math.imul(hash ^ byte(data, whole), factor);
  hash = Math.imul(hash ^ (hash >>> 13), factor);
  return hash ^ (hash >>> 15);
}

const byte = (data: Uint8Array, at: number): number => data[at] as number;
