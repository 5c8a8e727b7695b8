import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from '../../common/feature.ts';
import { readFrame } from '../../store/read-file.ts';
import { openScratchEngine, type ScratchEngine } from '../../store/scratch-engine.ts';

/** The first third costs the engine far more a row than the rest, so that threads overtake each other. */
const rows = 150_000;
const select = `SELECT number AS i, if(number < ${rows / 3}, range(toUInt64(100 + number % 3)), [1]) AS list FROM numbers(${rows})`;
const formats = [
  ['parquet', 'Parquet'],
  ['csv', 'CSVWithNames'],
  ['tsv', 'TSVWithNames'],
  ['ndjson', 'JSONEachRow'],
  ['arrow', 'Arrow'],
  ['arrows', 'ArrowStream'],
] as const;

let directory: string;
let engine: ScratchEngine;
const path = (ending: string): string => join(directory, `rows.${ending}`);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
  engine = openScratchEngine();
  for (const [ending, format] of formats)
    await engine.client.command({
      query: `INSERT INTO FUNCTION file('${path(ending)}', '${format}') ${select} SETTINGS max_threads = 1, output_format_parquet_row_group_size = 20000`,
    });
});
afterAll(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

/** The first row that is not where it was in the file; -1: none. */
async function firstMoved(ending: string, limitRows?: number): Promise<number> {
  const frame = await readFrame(path(ending), {
    client: engine.client,
    ...(limitRows === undefined ? {} : { limitRows }),
  });
  expect(frame.rows).toBe(limitRows ?? rows);
  const column = columnOf(frame, 'i');
  if (column?.kind !== 'number') throw new Error('i is no number');
  return column.values.subarray(0, frame.rows).findIndex((value, row) => value !== row);
}

describe.each(formats)('the rows of a file (.%s)', (ending) => {
  it('come in the order of the file', async () => {
    expect(await firstMoved(ending)).toBe(-1);
  });

  it('are the first ones under a limit, each time', async () => {
    for (let time = 0; time < 2; time++) expect(await firstMoved(ending, 80_000)).toBe(-1);
  });
});

it('a limit does not read a file to its end', async () => {
  appendFileSync(path('ndjson'), 'no JSON\n');
  await expect(firstMoved('ndjson')).rejects.toThrow(/cannot be read/);
  expect(await firstMoved('ndjson', 1000)).toBe(-1);
});
