import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchmarkOptions, compete, prepareField, type Score } from '../drift/evaluate/benchmark.ts';
import { cases } from '../drift/evaluate/cases.ts';
import { contestants, seasonalFeatures, seededFamilies } from '../drift/evaluate/entrants.ts';
import { countQuiet, type QuietCount } from '../drift/evaluate/false-alarms.ts';
import type { Family } from '../drift/evaluate/family.ts';
import { driftPage } from '../drift/evaluate/page.ts';
import { flightFamilies, realFeatures } from './real-features.ts';

/**
 * `npm run bench:drift [-- --seconds N] [--fresh]`: writes docs/drift-benchmark.md. The same seed gives the same page.
 *
 * It takes half an hour. What is measured is kept, so with `--seconds` it stops after that time, exits 3, and goes on where it
 * was the next time; `--fresh` begins anew.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const directory = join(root, '.tidemark/bench/drift');
const page = join(root, 'docs/drift-benchmark.md');

const options: BenchmarkOptions = {
  referenceWeeks: 8,
  nullRuns: 6,
  nullWeeks: 6,
  falseAlarmsPerWeek: 0.2,
  runsPerCase: 6,
  horizonHours: 168,
  seed: 20_011,
};
const quiet = { budgets: [0.1, 1, 5], referenceWeeks: 8, weeks: 12 };
const quietSeeds = [101, 1];

const { values } = parseArgs({ options: { seconds: { type: 'string' }, fresh: { type: 'boolean' } } });
const limitMs = values.seconds === undefined ? Number.POSITIVE_INFINITY : Number(values.seconds) * 1000;
const say = (text: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
};

if (values.fresh === true) await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });
let loaded: readonly Family[] | undefined;
const real = async (): Promise<readonly Family[]> => {
  loaded ??= await realFeatures();
  return loaded;
};
const done = await measure();
if (done) await writeFile(page, await writePage());
else process.exitCode = 3;

/** True where everything is measured. */
async function measure(): Promise<boolean> {
  for (const name of [...new Set(cases.map(({ family }) => family))]) {
    const missing = contestants.filter((one) => !existsSync(fileOf(name, one.name)));
    if (missing.length === 0) continue;
    if (performance.now() > limitMs) return false;
    const family = await familyOf(name);
    const field = prepareField(family, cases, options);
    for (const contestant of missing) {
      if (performance.now() > limitMs) return false;
      const score = compete(field, contestant);
      await writeFile(fileOf(family.name, contestant.name), JSON.stringify(score));
      say(`${family.name}: ${contestant.name}, ${score.falseAlarmsPerWeek.toFixed(3)} false alarms a week`);
    }
  }
  for (const name of ['seasonal', 'shuffled']) {
    for (const seed of quietSeeds) {
      if (existsSync(fileOf('quiet', `${name} ${seed}`))) continue;
      if (performance.now() > limitMs) return false;
      const features = name === 'seasonal' ? seasonalFeatures : await real();
      const counts = countQuiet({ ...quiet, families: features, seed });
      await writeFile(fileOf('quiet', `${name} ${seed}`), JSON.stringify(counts));
      const shown = counts.map(({ name: what, budget, alarms }) => `${what} ${budget ?? ''}: ${alarms}`);
      say(`nothing changes, ${name}, seed ${seed}: ${shown.join(', ')}`);
    }
  }
  return true;
}

async function familyOf(name: string): Promise<Family> {
  const known =
    seededFamilies.find((one) => one.name === name) ?? flightFamilies(await real()).find((one) => one.name === name);
  if (known === undefined) throw new Error(`there is no family ${name}`);
  return known;
}

async function writePage(): Promise<string> {
  const read = async <T>(group: string, name: string): Promise<T> =>
    JSON.parse(await readFile(fileOf(group, name), 'utf8')) as T;
  const fields = [];
  for (const { name, description } of [...seededFamilies, ...flightFamilies(await real())]) {
    const scores: Score[] = [];
    for (const contestant of contestants) scores.push(await read<Score>(name, contestant.name));
    fields.push({ name, description, scores });
  }
  const quietCounts = async (name: string): Promise<QuietCount[]> => {
    const all: QuietCount[] = [];
    for (const seed of quietSeeds) all.push(...(await read<QuietCount[]>('quiet', `${name} ${seed}`)));
    return all;
  };
  return driftPage({
    options,
    fields,
    quiet: [
      { name: 'weekly season and autocorrelation 0.8', counts: await quietCounts('seasonal') },
      { name: 'shuffled real data', counts: await quietCounts('shuffled') },
    ],
  });
}

function fileOf(group: string, name: string): string {
  return join(directory, `${group}--${name}.json`.replace(/[^\w.-]+/g, '_'));
}
