import type { MessageHeader } from '../../common/rows.ts';
import type { RawHeaders } from '../../common/source.ts';

const none: readonly MessageHeader[] = [];

/** Headers one by one, a name that stands several times with each of its values. */
export function listHeaders(raw: RawHeaders | undefined): readonly MessageHeader[] {
  if (raw === undefined) return none;
  const found: MessageHeader[] = [];
  for (const [name, given] of Object.entries(raw)) {
    const values: readonly unknown[] = Array.isArray(given) ? given : [given];
    for (const value of values) {
      if (typeof value === 'string') found.push({ name, value: Buffer.from(value) });
      // For a header called as what every object has (`constructor`, `__proto__`) kafkajs puts that before its value.
      else if (value === null || Buffer.isBuffer(value)) found.push({ name, value });
    }
  }
  return found;
}
