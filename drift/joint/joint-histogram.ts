import { isPresent } from '../../common/columns.ts';
import type { Histogram } from '../../common/read-model.ts';
import { formatNumber } from '../cause/words.ts';
import { cellsOfColumn } from './cells.ts';
import type { JoinedSamples, PlainColumn } from './join-frames.ts';
import type { JointTest } from './joint-tests.ts';
import type { JointlyMeasured } from './judge-joint.ts';

type Bin = Histogram['bins'][number];

/** Cells of either feature of a pair, and bars of a score. */
const cellsMost = 3;
const bars = 12;

/**
 * What a test looks at, side by side: how often the two features of the greatest pair fall into each pair of cells, how far events
 * lie from the principal components, how sure the classifier is. Shares of the samples, in [0, 1]; undefined where there is nothing.
 */
export function jointHistogram(test: JointTest, { samples, measures }: JointlyMeasured): Histogram | undefined {
  const { correlation, information, components, classifier } = measures;
  if (test === 'reconstruction_error')
    return components && barsOf(components.errors.reference, components.errors.current);
  if (test === 'domain_auc') {
    if (classifier === undefined) return undefined;
    const ofGroup = (group: number) => classifier.scores.filter((_, row) => samples.groupOf[row] === group);
    return barsOf(ofGroup(0), ofGroup(1));
  }
  const { greatest } = test.startsWith('correlation') ? correlation : information;
  return greatest && pairHistogram(samples, greatest.a, greatest.b);
}

function barsOf(reference: Float64Array, current: Float64Array): Histogram {
  const sorted = Float64Array.from([...reference, ...current]).sort();
  // A few wild ones would leave all others in one bar.
  const low = sorted[Math.floor(sorted.length * 0.005)] as number;
  const high = sorted[Math.ceil(sorted.length * 0.995) - 1] as number;
  const width = high > low ? (high - low) / bars : 1;
  const sharesOf = (values: Float64Array): Float64Array => {
    const shares = new Float64Array(bars);
    for (const value of values) {
      const bar = Math.max(0, Math.min(bars - 1, Math.floor((value - low) / width)));
      shares[bar] = (shares[bar] as number) + 1 / values.length;
    }
    return shares;
  };
  const [before, now] = [sharesOf(reference), sharesOf(current)];
  const bins = Array.from({ length: bars }, (_, bar): Bin => {
    const [from, to] = [low + bar * width, low + (bar + 1) * width];
    return {
      label: `${formatNumber(from)} to ${formatNumber(to)}`,
      from: bar === 0 ? null : from,
      to: bar === bars - 1 ? null : to,
      reference: before[bar] as number,
      current: now[bar] as number,
    };
  });
  return { kind: 'numeric', bins, nReference: reference.length, nCurrent: current.length };
}

function pairHistogram(samples: JoinedSamples, a: string, b: string): Histogram | undefined {
  const { frame, groupOf, nReference, nCurrent } = samples;
  const [first, second] = [a, b].map((name) =>
    labelled(frame.columns[frame.fields.findIndex((one) => one.name === name)], frame.rows),
  );
  if (first === undefined || second === undefined) return undefined;
  const bins = first.labels.flatMap((one) =>
    second.labels.map(
      (other): Bin => ({ label: `${a} ${one}, ${b} ${other}`, from: null, to: null, reference: 0, current: 0 }),
    ),
  );
  for (let row = 0; row < frame.rows; row++) {
    const bin = bins[(first.codes[row] as number) * second.labels.length + (second.codes[row] as number)] as Bin;
    if (groupOf[row] === 0) bin.reference += 1 / nReference;
    else bin.current += 1 / nCurrent;
  }
  const shown = bins.filter(({ reference, current }) => reference > 0 || current > 0);
  return { kind: 'categorical', bins: shown, nReference, nCurrent };
}

/** A column in few cells, each with what it holds: `12 to 80`, `DEN`, `others`, `missing`. */
function labelled(column: PlainColumn | undefined, rows: number) {
  if (column === undefined) return undefined;
  const { codes, count, hasMissing } = cellsOfColumn(column, rows, cellsMost);
  const values = Array.from({ length: count }, () => new Set<string>());
  const ranges = Array.from(
    { length: count },
    () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as [number, number],
  );
  for (let row = 0; row < rows; row++) {
    if (!isPresent(column.validity, row)) continue;
    const cell = codes[row] as number;
    if (column.kind === 'text') values[cell]?.add(column.dictionary.values[column.codes[row] as number] as string);
    else {
      const range = ranges[cell] as [number, number];
      const value = column.values[row] as number;
      if (value < range[0]) range[0] = value;
      if (value > range[1]) range[1] = value;
    }
  }
  const labels = Array.from({ length: count }, (_, cell): string => {
    if (hasMissing && cell === 0) return 'missing';
    if (column.kind === 'text') {
      const names = values[cell] as Set<string>;
      return names.size === 1 ? ([...names][0] as string) : 'others';
    }
    const [low, high] = ranges[cell] as [number, number];
    return low === high ? formatNumber(low) : `${formatNumber(low)} to ${formatNumber(high)}`;
  });
  return { codes, labels };
}
