import { type Detector, isUsable } from './detector.ts';

export interface AdwinOptions {
  /** Confidence: the smaller, the fewer false alarms; in (0, 1), 0.002. */
  readonly delta?: number;
  /** The window is looked at after every so many values; 32. */
  readonly clock?: number;
  /** Buckets of one size before two of them are merged; 5. */
  readonly maxBuckets?: number;
  /** Shortest part of the window that is compared, in values; 5. */
  readonly minPart?: number;
  /** No look before there are more values than this; 10. */
  readonly grace?: number;
}

/** Buckets of 2^row values each, by row, oldest first within a row. */
interface Row {
  readonly totals: number[];
  readonly variances: number[];
}

export interface AdwinState {
  readonly tick: number;
  readonly width: number;
  readonly total: number;
  /** Sum of squared deviations. */
  readonly variance: number;
  readonly rows: readonly { readonly totals: readonly number[]; readonly variances: readonly number[] }[];
}

/**
 * ADWIN: keeps a window of the latest values as an exponential histogram and drops its older part when the means of two
 * parts, at any cut, differ by more than a Bernstein bound allows. Sees changes of the mean alone.
 *
 * As in MOA and river's ADWIN, defaults included: on an alarm the whole window is dropped (Bifet and Gavaldà 2007,
 * doi:10.1137/1.9781611972771.42). Memory O(maxBuckets · log n); time O(maxBuckets · log n) every `clock` values.
 */
export function createAdwin(options: AdwinOptions = {}, from?: AdwinState): Detector<AdwinState> {
  const settings = { delta: 0.002, clock: 32, maxBuckets: 5, minPart: 5, grace: 10, ...options };
  let window = from === undefined ? empty() : copy(from);
  return {
    update: (value) => {
      if (!isUsable(value)) return false;
      insert(window, value, settings.maxBuckets);
      const alarm = detect(window, settings);
      if (alarm) window = empty();
      return alarm;
    },
    state: () => copy(window),
  };
}

interface Window {
  tick: number;
  width: number;
  total: number;
  variance: number;
  rows: Row[];
}

function empty(): Window {
  return { tick: 0, width: 0, total: 0, variance: 0, rows: [{ totals: [], variances: [] }] };
}

function copy(state: AdwinState): Window {
  const rows = state.rows.map(({ totals, variances }) => ({ totals: [...totals], variances: [...variances] }));
  return { ...state, rows };
}

function insert(window: Window, value: number, maxBuckets: number): void {
  const first = window.rows[0] as Row;
  first.totals.push(value);
  first.variances.push(0);
  window.width++;
  const { width, total } = window;
  if (width > 1) {
    const deviation = value - total / (width - 1);
    window.variance += ((width - 1) * deviation * deviation) / width;
  }
  window.total += value;
  for (let at = 0; at < window.rows.length; at++) {
    const row = window.rows[at] as Row;
    if (row.totals.length !== maxBuckets + 1) return;
    if (window.rows[at + 1] === undefined) window.rows.push({ totals: [], variances: [] });
    const next = window.rows[at + 1] as Row;
    const size = 2 ** at;
    const [first, second] = row.totals.splice(0, 2) as [number, number];
    const [firstVariance, secondVariance] = row.variances.splice(0, 2) as [number, number];
    const difference = first / size - second / size;
    next.totals.push(first + second);
    next.variances.push(firstVariance + secondVariance + (size * size * difference * difference) / (2 * size));
  }
}

/** Drops the oldest bucket and returns how many values it held. */
function dropOldest(window: Window): number {
  const row = window.rows[window.rows.length - 1] as Row;
  const size = 2 ** (window.rows.length - 1);
  const total = row.totals.shift() as number;
  const variance = row.variances.shift() as number;
  window.width -= size;
  window.total -= total;
  const difference = total / size - window.total / window.width;
  window.variance -= variance + (size * window.width * difference * difference) / (size + window.width);
  if (row.totals.length === 0) window.rows.pop();
  return size;
}

function detect(window: Window, settings: Required<AdwinOptions>): boolean {
  window.tick++;
  if (window.tick % settings.clock !== 0 || window.width <= settings.grace) return false;
  let alarm = false;
  while (cut(window, settings)) {
    alarm = true;
    dropOldest(window);
  }
  return alarm;
}

/** Is there a place at which the means of the older and the newer part differ too much? */
function cut(window: Window, settings: Required<AdwinOptions>): boolean {
  let older = 0;
  let olderTotal = 0;
  let newer = window.width;
  let newerTotal = window.total;
  const log = Math.log((2 * Math.log(window.width)) / settings.delta);
  const variance = window.variance / window.width;
  for (let at = window.rows.length - 1; at >= 0; at--) {
    const { totals } = window.rows[at] as Row;
    const size = 2 ** at;
    for (let bucket = 0; bucket < totals.length; bucket++) {
      const total = totals[bucket] as number;
      older += size;
      newer -= size;
      olderTotal += total;
      newerTotal -= total;
      if (at === 0 && bucket === totals.length - 1) return false;
      if (older < settings.minPart || newer < settings.minPart) continue;
      const share = 1 / (older - settings.minPart + 1) + 1 / (newer - settings.minPart + 1);
      const bound = Math.sqrt(2 * share * variance * log) + (2 / 3) * log * share;
      if (Math.abs(olderTotal / older - newerTotal / newer) > bound) return true;
    }
  }
  return false;
}
