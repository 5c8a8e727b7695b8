import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { file } from './file.ts';
import { intake } from './intake.ts';
import { judging } from './judging.ts';
import { kafka } from './kafka.ts';
import { latency } from './latency.ts';
import { type Machine, machine } from './machine.ts';
import { benchmarksPage, type Measured } from './page.ts';
import type { Scenario, ScenarioResult } from './scenario.ts';

/** `npm run bench [-- SCENARIO...] [--write]`: exits 1 where a check does not hold. */
const scenarios: readonly Scenario[] = [intake, latency, kafka, file, judging];
const root = fileURLToPath(new URL('..', import.meta.url));
const directory = join(root, '.tidemark/bench');

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  const known = scenarios.map(({ name }) => name).join(', ');
  process.stderr.write(`there is no scenario ${unknown.join(', ')}; known are ${known}\n`);
  process.exitCode = 2;
} else {
  const wanted = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  for (const scenario of wanted) await measure(scenario);
  if (values.write === true) await writeFile(join(root, 'docs/benchmarks.md'), benchmarksPage(await latest()));
}

async function measure(scenario: Scenario): Promise<void> {
  const begun = performance.now();
  const place = join(directory, scenario.name);
  await mkdir(place, { recursive: true });
  const where = machine();
  const result = await scenario.run(place, (text) => {
    process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
  });
  process.stdout.write(`\n${scenario.name}  (${Object.values(where).join('; ')})\n`);
  for (const { name, value } of result.figures) process.stdout.write(`  ${name.padEnd(34)} ${value}\n`);
  for (const { name, holds } of result.checks) process.stdout.write(`  ${holds ? 'holds' : 'FAILS'}: ${name}\n`);
  if (result.checks.some(({ holds }) => !holds)) process.exitCode = 1;
  await writeFile(resultOf(scenario), JSON.stringify({ machine: where, result }, null, 2));
}

function resultOf({ name }: Scenario): string {
  return join(directory, name, 'result.json');
}

/** The latest run of every scenario that was ever run here. */
async function latest(): Promise<Measured[]> {
  const runs: Measured[] = [];
  for (const scenario of scenarios) {
    if (!existsSync(resultOf(scenario))) continue;
    const text = await readFile(resultOf(scenario), 'utf8');
    runs.push({ scenario, ...(JSON.parse(text) as { machine: Machine; result: ScenarioResult }) });
  }
  return runs;
}
