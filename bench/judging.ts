import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runBacktest } from '../actions/backtest/backtest.ts';
import { createDesks } from '../actions/monitor/desks.ts';
import { nothingCut } from '../actions/monitor/profiles-kept.ts';
import { judgeDueWindow } from '../actions/monitor/rounds.ts';
import { pipelineSchema } from '../config/schema.ts';
import type { Reference } from '../drift/reference/reference.ts';
import { createBacktestStore } from '../store/backtest-store.ts';
import { openStore, type Store } from '../store/client.ts';
import { migrate } from '../store/migrations.ts';
import { createMonitorStore } from '../store/monitor-store.ts';
import { writeSealedPanes } from '../store/profile-encode.ts';
import { benchReference, hourMs, panesOfHour, streamStartMs } from './panes.ts';
import { processorTimeOf } from './processor-time.ts';
import { type Scenario, thousands } from './scenario.ts';

const valuesAPane = 1000;
const runs = 3;
const wide = { name: 'wide', features: 1000, hours: 24 };
const long = { name: 'long', features: 100, hours: 90 * 24 };
const comparison = { against: 'training', window: hourMs, segments: true } as const;

interface Run {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly judgements: number;
}

/** A store of panes, made once and kept. */
async function prepare(directory: string, shape: typeof wide, say: (text: string) => void): Promise<Reference> {
  const reference = benchReference(shape.features, 200);
  const made = join(directory, shape.name, 'made');
  if (existsSync(made)) return reference;
  await rm(join(directory, shape.name), { recursive: true, force: true });
  await mkdir(join(directory, shape.name), { recursive: true });
  say(`writing ${thousands(shape.features * shape.hours)} panes`);
  const store = await open(directory, shape);
  const stepHours = Math.max(1, Math.floor(2400 / shape.features));
  for (let hour = 0; hour < shape.hours; hour += stepHours) {
    const hours = Array.from({ length: Math.min(stepHours, shape.hours - hour) }, (_, at) => hour + at);
    const rows = hours.flatMap((at) => panesOfHour(reference, streamStartMs + at * hourMs, valuesAPane));
    await writeSealedPanes(store, rows, 1);
  }
  await store.close();
  await writeFile(made, '');
  return reference;
}

async function open(directory: string, { name }: typeof wide): Promise<Store> {
  const store = await openStore({ url: `embedded:${join(directory, name)}`, database: 'bench', workingDirectory: '/' });
  await migrate(store);
  return store;
}

async function timed(work: () => Promise<number>): Promise<Run> {
  const begun = performance.now();
  const before = processorTimeOf(process.pid).allMs;
  const judgements = await work();
  return {
    seconds: (performance.now() - begun) / 1000,
    processorSeconds: (processorTimeOf(process.pid).allMs - before) / 1000,
    judgements,
  };
}

/** As a round of the monitor does after a day of rest. */
async function judgeDay(store: Store, reference: Reference): Promise<number> {
  const monitorStore = createMonitorStore(store);
  const throughMs = streamStartMs + wide.hours * hourMs;
  const panes = monitorStore.readPanes(throughMs);
  const desks = createDesks({ config: configOf(), store: monitorStore });
  const sides = { ...desks, firstMs: streamStartMs, cuts: nothingCut, throughMs, judged: [] };
  let judgements = 0;
  for (let hour = 0; hour < wide.hours; hour++) {
    const startMs = streamStartMs + hour * hourMs;
    const due = { comparison, name: 'training:1h', startMs, endMs: startMs + hourMs };
    const budget = { falseAlarmsPerWeek: 1, minEffect: 0.05 };
    const options = {
      store: monitorStore,
      panes,
      reference,
      champions: new Set<string>(),
      comparisons: [comparison],
      budget,
      sides,
      paneMs: hourMs,
    };
    judgements += (await judgeDueWindow(due, options)).length;
  }
  return judgements;
}

function configOf() {
  return pipelineSchema.parse({
    pipeline: 'bench',
    source: { http: {} },
    event: { format: 'json', time: '/time' },
    contract: 'contract.yaml',
    windows: { pane: '1h' },
    drift: [{ against: 'training', window: '1h' }],
  });
}

async function backtestQuarter(store: Store, reference: Reference): Promise<number> {
  const at = async () => ({
    models: [],
    champion: () => undefined,
    importance: () => ({}),
    holdout: () => [],
    reference,
  });
  const result = await runBacktest({
    config: configOf(),
    store: {
      ...createBacktestStore(store),
      reads: createMonitorStore(store),
      contract: async () => undefined,
      incidentsAt: async () => [],
    },
    models: { changesMs: [], at },
  });
  return result.judgements;
}

async function measure(
  directory: string,
  shape: typeof wide,
  work: (store: Store, reference: Reference) => Promise<number>,
  say: (text: string) => void,
): Promise<readonly Run[]> {
  const reference = await prepare(directory, shape, say);
  const store = await open(directory, shape);
  const measured: Run[] = [];
  for (let run = 0; run < runs; run++) {
    say(`judging ${thousands(shape.features * shape.hours)} panes`);
    measured.push(await timed(() => work(store, reference)));
  }
  await store.close();
  return measured;
}

function figuresOf(what: string, measured: readonly Run[]) {
  const best = bestOf(measured);
  return [
    { name: `${what}: judgements`, value: thousands(best.judgements) },
    { name: `${what}: the first time`, value: `${(measured[0] as Run).seconds.toFixed(2)} s` },
    { name: `${what}: best of ${runs}`, value: `${best.seconds.toFixed(2)} s` },
    { name: `${what}: processor time of it`, value: `${best.processorSeconds.toFixed(2)} s` },
    { name: `${what}: a judgement`, value: `${((best.seconds * 1e6) / best.judgements).toFixed(1)} µs` },
  ];
}

const bestOf = (measured: readonly Run[]): Run => measured.reduce((a, b) => (b.seconds < a.seconds ? b : a));

export const judging: Scenario = {
  name: 'judging',
  description: `Windows of an hour, judged from sealed panes of ${thousands(valuesAPane)} values in the embedded store, reading included, by one process, one window after the other. Seven of ten features are numbers in 512 bins, the others texts of 6 to 230 values. A day: ${thousands(wide.features)} features, as the monitor judges them. A quarter: ${thousands(long.features)} features over 90 days by a backtest, incidents included.`,
  async run(directory, say) {
    const day = await measure(directory, wide, judgeDay, say);
    const quarter = await measure(directory, long, backtestQuarter, say);
    return {
      figures: [...figuresOf('a day', day), ...figuresOf('a quarter', quarter)],
      checks: [
        { name: 'every feature of every hour is judged', holds: everyJudged(day, wide) && everyJudged(quarter, long) },
        { name: 'a day of 1,000 features takes at most 2 s', holds: bestOf(day).seconds <= 2 },
        { name: 'a quarter of 100 features takes at most 10 s', holds: bestOf(quarter).seconds <= 10 },
      ],
    };
  },
};

const everyJudged = (measured: readonly Run[], { features, hours }: typeof wide): boolean =>
  measured.every(({ judgements }) => judgements === features * hours);
