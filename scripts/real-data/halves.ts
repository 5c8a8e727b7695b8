/**
 * Compares random halves, and parts that differ, of public data sets, and writes DIR/tidemark.json for page.ts.
 * Needs the files of prepare.py in DIR: npx tsx scripts/real-data/halves.ts DIR
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from '../../common/feature.ts';
import { selectRows } from '../../common/select.ts';
import { defaultBudget } from '../../drift/compare/comparison.ts';
import { compareFrames } from '../../drift/compare.ts';
import { compareJoint, jointShare } from '../../drift/joint/compare-joint.ts';
import { readFrame } from '../../store/read-file.ts';
import { openScratchEngine } from '../../store/scratch-engine.ts';
import { halfOf, halvings, pathOf, type RealSet, realSets } from './sets.ts';

const [directory = '.', only] = process.argv.slice(2);

function half(frame: Frame, seed: number, side: 0 | 1): Frame {
  const rows = Int32Array.from({ length: frame.rows }, (_, row) => row).filter((row) => halfOf(seed, row) === side);
  return selectRows(frame, rows);
}

/** What the command does. */
function compareAll(reference: Frame, current: Frame) {
  const features = compareFrames(reference, current, { budget: defaultBudget * (1 - jointShare) });
  return { features, joint: compareJoint(reference, current, features, { budget: defaultBudget * jointShare }) ?? [] };
}

const engine = openScratchEngine();
const found: unknown[] = [];
for (const set of realSets) {
  const path = pathOf(set, directory);
  if (!existsSync(path) || (only !== undefined && set.name !== only)) continue;
  const frame = await readFrame(path, { client: engine.client });
  const alarms: { readonly seed: number; readonly column: string; readonly why: string }[] = [];
  const from = performance.now();
  const jointAlarms: { readonly seed: number; readonly name: string; readonly why: string }[] = [];
  let jointTests = 0;
  for (let seed = 0; seed < halvings; seed++) {
    const { features, joint } = compareAll(half(frame, seed, 0), half(frame, seed, 1));
    for (const { name, alarm, why } of features) if (alarm) alarms.push({ seed, column: name, why });
    for (const { name, alarm, why } of joint) if (alarm) jointAlarms.push({ seed, name, why });
    jointTests += joint.filter(({ statistics }) => Object.keys(statistics).length > 0).length;
  }
  const seconds = (performance.now() - from) / 1000 / halvings;
  const row = {
    name: set.name,
    what: set.what,
    from: set.from,
    rows: frame.rows,
    columns: frame.fields.length,
    seconds,
    alarms,
    jointAlarms,
    jointTests,
    parts: await partsOf(set, path),
  };
  found.push(row);
  console.error(
    `${set.name}: ${frame.rows} x ${frame.fields.length}, ${alarms.length} alarms of columns, ${jointAlarms.length} in ${jointTests} joint tests, ${seconds.toFixed(2)} s`,
  );
  for (const { seed, column, why } of alarms) console.error(`   ${seed} ${column}: ${why}`);
  for (const { seed, name, why } of jointAlarms) console.error(`   ${seed} ${name}: ${why}`);
}
await engine.close();
if (only === undefined) writeFileSync(join(directory, 'tidemark.json'), `${JSON.stringify(found, null, 1)}\n`);

async function partsOf({ parts, name }: RealSet, path: string) {
  if (parts === undefined) return undefined;
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-parts-'));
  try {
    const read = async (condition: string, part: string): Promise<Frame> => {
      const file = join(directory, `${name}.${part}.parquet`);
      await engine.client.command({
        query: `INSERT INTO FUNCTION file('${file}', 'Parquet') SELECT * FROM file('${path}') WHERE ${condition} SETTINGS engine_file_truncate_on_insert = 1, output_format_parquet_string_as_string = 1`,
      });
      return readFrame(file, { client: engine.client });
    };
    const [before, after] = [await read(parts.before, 'before'), await read(parts.after, 'after')];
    const both = compareAll(before, after);
    const compared = both.features.map(({ name: column, alarm, why, type }) => ({
      column,
      alarm,
      why,
      type,
    }));
    console.error(`   ${parts.what}: ${before.rows} and ${after.rows} rows`);
    for (const { column, alarm, why, type } of compared)
      console.error(`   ${alarm ? 'ALARM' : 'ok   '} ${column} (${type}): ${why}`);
    for (const { alarm, name, why } of both.joint) console.error(`   ${alarm ? 'ALARM' : 'ok   '} ${name}: ${why}`);
    const joint = both.joint.filter(({ alarm }) => alarm).map(({ name }) => name);
    return { what: parts.what, before: before.rows, after: after.rows, compared, joint };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
