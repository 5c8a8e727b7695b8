import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../../../common/random.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const weekMs = 7 * dayMs;
/** A Monday: five weeks of reference, then six of stream. */
export const referenceMs = Date.UTC(2026, 0, 5);
export const streamMs = referenceMs + 5 * weekMs;
export const streamWeeks = 6;
const perHour = 100;

/** Days of the stream that are like no others, of which the last is the first with three before it. */
export const holidayDays = [2, 8, 17, 32];
export const lastHolidayMs = streamMs + 32 * dayMs;
/** Mondays 14:00, the top of the day, are in the last two weeks as Mondays 08:00 are. */
export const faultHoursMs = [4, 5].map((week) => streamMs + week * weekMs + 14 * hourMs);

export const holidaysYaml = `timeZone: UTC
holidays:
${holidayDays.map((day) => `  - { name: closed ${day}, date: ${new Date(streamMs + day * dayMs).toISOString().slice(0, 10)} }`).join('\n')}
`;

/** Standard deviations off the mean, by hour of the week: a day with a top in the afternoon, quieter at the weekend. */
function seasonAt(ms: number): number {
  const hour = Math.floor(((ms - referenceMs) % weekMs) / hourMs);
  const weekend = hour >= 120 ? -1 : 0;
  return 1.5 * Math.sin((2 * Math.PI * ((hour % 24) - 8)) / 24) + weekend;
}

export interface Sale {
  readonly id: string;
  readonly at: string;
  readonly amount: number;
  readonly kind: string;
}

/** The sales of one hour, always the same. */
export function salesOf(startMs: number, holidays = true): Sale[] {
  const random = createRandom(Math.round(startMs / hourMs));
  const isHoliday = holidays && holidayDays.some((day) => Math.floor((startMs - streamMs) / dayMs) === day);
  const level = faultHoursMs.includes(startMs) ? seasonAt(startMs - 6 * hourMs) : seasonAt(startMs);
  return Array.from({ length: perHour }, (_, at) => ({
    id: `${startMs}-${at}`,
    at: new Date(startMs + Math.floor((at / perHour) * hourMs)).toISOString(),
    amount: Math.round((50 + 10 * ((isHoliday ? 4 : level) + random.normal())) * 100) / 100,
    kind: random.next() < 0.3 ? 'card' : random.next() < 0.5 ? 'cash' : 'transfer',
  }));
}

function* salesBetween(fromMs: number, toMs: number, holidays = true): Generator<Sale> {
  for (let ms = fromMs; ms < toMs; ms += hourMs) yield* salesOf(ms, holidays);
}

export const windowComparison = {
  from: new Date(streamMs).toISOString().slice(0, 10),
  to: new Date(streamMs + 2 * weekMs).toISOString().slice(0, 10),
};

/** Contract, reference, events and calendar of a shop with a weekly season. */
export async function writeShop(
  directory: string,
  { change = (sale: Sale) => sale, holidays = true } = {},
): Promise<void> {
  const stream = [...salesBetween(streamMs, streamMs + streamWeeks * weekMs, holidays)];
  const lines = stream.map((sale) => JSON.stringify(change(sale)));
  await writeFile(join(directory, 'events.ndjson'), lines.join('\n'));
  const rows = [...salesBetween(referenceMs, streamMs)].map(
    ({ id, at, amount, kind }) => `${id},${at},${amount},${kind}`,
  );
  await writeFile(join(directory, 'reference.csv'), `id,at,amount,kind\n${rows.join('\n')}`);
  await writeFile(
    join(directory, 'contract.yaml'),
    'contract: shop\nfeatures:\n  amount: { type: number }\n  kind: { type: string }\n',
  );
  await writeFile(join(directory, 'holidays.yaml'), holidaysYaml);
}

/** A pipeline file; `more` is YAML of further sections. */
export async function writePipeline(
  directory: string,
  {
    name,
    drift,
    more = '',
    kept = '{}',
  }: { readonly name: string; readonly drift: string; readonly more?: string; readonly kept?: string },
): Promise<string> {
  const path = join(directory, `${name}.yaml`);
  await writeFile(
    path,
    `pipeline: shop
source: { file: { path: events.ndjson } }
event: { id: /id, time: /at, arrival: /at }
contract: contract.yaml
reference: reference.csv
windows: { pane: 15m, lateness: 30s }
segments: [{ by: [kind], top: 2, pane: 1h }]
drift: ${drift}
flush: { rows: 50000 }
server: { port: 0 }
store: { url: "embedded:${join(directory, 'store')}", profiles: ${kept} }
${more}`,
  );
  return path;
}
