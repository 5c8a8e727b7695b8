import type { Machine } from './machine.ts';
import type { Scenario, ScenarioResult } from './scenario.ts';

/** A scenario's latest run. */
export interface Measured {
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly result: ScenarioResult;
}

/** `docs/benchmarks.md`. */
export function benchmarksPage(runs: readonly Measured[]): string {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- --write`; `npm run bench -- kafka` runs one scenario. Figures of one scenario come from one run on',
    'one machine, broker, client and store together: compare them with each other, not with those of another machine. The load is the',
    'number of processes that wanted a core in the minute before: where it is not near zero, the figures are too low.',
    ...runs.flatMap(({ scenario, machine, result }) => [
      '',
      `## ${scenario.name}`,
      scenario.description,
      '',
      '| what | figure |',
      '|---|---|',
      ...result.figures.map(({ name, value }) => `| ${name} | ${value} |`),
      '',
      ...result.checks.map(({ name, holds }) => `- ${holds ? 'holds' : '**does not hold**'}: ${name}`),
      '',
      `${machine.date}, ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Node ${machine.node}, ${machine.versions}; load before ${machine.loadBefore}.`,
    ]),
    '',
  ].join('\n');
}
