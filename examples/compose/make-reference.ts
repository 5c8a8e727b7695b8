/** Writes `reference.csv`: a day of ordinary orders, always the same. */
import { writeFileSync } from 'node:fs';
import { createRandom } from '../../common/random.ts';
import { orderOf } from './orders.ts';

const rows = 4320;
const stepMs = 20_000;
const startMs = Date.UTC(2026, 0, 5);

const random = createRandom(7);
const columns = ['id', 'time', 'shop', 'amount', 'quantity', 'country', 'channel'] as const;
const lines = Array.from({ length: rows }, (_, at) => {
  const order = orderOf(random, { id: `r${at}`, timeMs: startMs + at * stepMs });
  return columns.map((name) => order[name]).join(',');
});
writeFileSync(new URL('reference.csv', import.meta.url), `${columns.join(',')}\n${lines.join('\n')}\n`);
