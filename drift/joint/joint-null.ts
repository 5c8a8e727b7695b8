import { createBottomK, keepItem } from '../../common/bottom-k.ts';
import type { Frame } from '../../common/feature.ts';
import { priorityOf, prioritySeed } from '../../common/priority.ts';
import { fitTail, type Tail } from '../reference/tail.ts';
import { joinSamples } from './join-frames.ts';
import type { JointScales } from './joint-scales.ts';
import { type JointMeasures, type JointTest, jointTests, measureJoint, scoreOf } from './joint-tests.ts';

/** Windows of the reference that are measured: spread evenly over it. */
const windowsMost = 40;
/** Rows of a window that are looked at, as many as a window's sample commonly has. */
const windowRows = 800;
export const minWindowRows = 100;
const minReferenceRows = 200;

/** How ordinary windows of one length differ from the rest of the reference, by test. */
export interface JointNull {
  readonly windowMs: number;
  /** Windows measured. */
  readonly windows: number;
  readonly tests: Readonly<Record<JointTest, JointHabit>>;
}

export interface JointHabit {
  /** What ordinary windows exceed sampling by, for each row of effective size; >= 0. */
  readonly habit: number;
  /** Scores divided by what sampling and the habit of the other windows explain; absent below four windows. */
  readonly tail?: Tail;
}

export interface JointNullInput {
  readonly frame: Frame;
  /** Shape `[rows]`, NaN where unknown. */
  readonly timesMs: Float64Array;
  /** Rows of the frame that are the reference's sample. */
  readonly sampleRows: Int32Array;
  readonly scales: JointScales;
  readonly windowsMs: readonly number[];
}

/**
 * Leaves each window of the reference out and compares its rows (at most 800) with those of the reference's sample outside of it, by
 * every test. What comes of it is treated like distances of single features: excess over sampling is habit, the rest a pooled
 * tail (see `null-windows.ts`).
 */
export function learnJointNulls(input: JointNullInput): readonly JointNull[] {
  return input.windowsMs.map((windowMs) => {
    const measured = windowsOf(input, windowMs);
    const tests = Object.values(jointTests)
      .flat()
      .map((test): [JointTest, JointHabit] => [test, habitOf(measured, test, input.scales)]);
    return { windowMs, windows: measured.length, tests: Object.fromEntries(tests) as JointNull['tests'] };
  });
}

function habitOf(
  windows: readonly { readonly window: number; readonly measures: JointMeasures }[],
  test: JointTest,
  scales: JointScales,
): JointHabit {
  const { scale } = scales.tests[test];
  const scored = windows.flatMap(({ window, measures }) => {
    const score = scoreOf(measures, test);
    return score === undefined ? [] : [{ window, score, effective: measures.effective }];
  });
  const excesses = scored.map(({ score, effective }) => (score - scale) / effective);
  const sum = excesses.reduce((total, excess) => total + excess, 0);
  const ratios = scored.map(({ score, effective }, at) => {
    const others = Math.max(0, (sum - (excesses[at] as number)) / Math.max(1, scored.length - 1));
    return score / (scale + others * effective);
  });
  const tail = fitTail(
    ratios,
    scored.map(({ window }) => window),
  );
  return { habit: Math.max(0, sum / Math.max(1, scored.length)), ...(tail === undefined ? {} : { tail }) };
}

function windowsOf(input: JointNullInput, windowMs: number) {
  const { frame, timesMs, sampleRows, scales } = input;
  const windowOf = (row: number): number => Math.floor((timesMs[row] as number) / windowMs);
  const measured: { readonly window: number; readonly measures: JointMeasures }[] = [];
  for (const [window, rows] of chooseWindows(frame.rows, windowOf)) {
    const others = sampleRows.filter((row) => windowOf(row) !== window);
    if (others.length < minReferenceRows) continue;
    const joined = joinSamples({ frame, rows: others }, { frame, rows }, scales.features);
    measured.push({ window, measures: measureJoint(joined, scales) });
  }
  return measured;
}

/** Windows with enough rows (a hundred, and a fifth of the median: not a piece at an end), each with a sample of them. */
function chooseWindows(rows: number, windowOf: (row: number) => number): [number, Int32Array][] {
  const counts = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const window = windowOf(row);
    if (!Number.isNaN(window)) counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  const sorted = [...counts.values()].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  const usable = [...counts]
    .filter(([, count]) => count >= Math.max(minWindowRows, median / 5))
    .map(([window]) => window)
    .sort((a, b) => a - b);
  const step = Math.max(1, usable.length / windowsMost);
  const chosen = new Map(
    Array.from({ length: Math.min(usable.length, windowsMost) }, (_, at) => [
      usable[Math.floor(at * step)] as number,
      createBottomK(windowRows),
    ]),
  );
  const seed = prioritySeed('window', 0);
  for (let row = 0; row < rows; row++) {
    const kept = chosen.get(windowOf(row));
    if (kept === undefined) continue;
    const priority = priorityOf(seed, row);
    if (priority < kept.bound) keepItem(kept, priority, row);
  }
  return [...chosen].map(([window, { items, size }]) => [window, items.slice(0, size).sort()]);
}
