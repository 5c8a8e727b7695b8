import { createRandom } from '../../common/random.ts';
import { areaUnderCurve, aucVariance } from './auc.ts';
import { type BinnedFeature, type BoostedTrees, fitTrees, scoreTrees, type TreesOptions } from './boosted-trees.ts';
import { cellsOfColumn } from './cells.ts';
import type { JoinedSamples } from './join-frames.ts';

/** Bins of a feature: with the one for missing values they fit into a mask of 32 bits. */
const binsMost = 31;
const classifierTrees: TreesOptions = { trees: 30 };

export interface Attribution {
  readonly feature: string;
  /** What the AUC loses when the feature is shuffled among the rows, >= 0 but for chance. */
  readonly loss: number;
}

export interface ClassifierResult {
  /** Mean of the AUC on the two held-out halves, in [0, 1]; 0.5: the sides cannot be told apart. */
  readonly auc: number;
  /** `(auc - 0.5)` in standard errors of one half; standard normal under sampling, or narrower. */
  readonly z: number;
  /** The most telling first; only where asked for. */
  readonly attributions: readonly Attribution[];
  /** Held-out log-odds of each row being current, shape `[rows]`. */
  readonly scores: Float64Array;
}

/**
 * Can a classifier tell the current rows from those of the reference? Small boosted trees (30, of depth 3) over all features,
 * numbers, categories and missing values alike, trained on one half of either side and asked about the other, and the other way
 * round. Where nothing changed the held-out scores say nothing of the side, so the AUC of each half is that of Mann and Whitney,
 * with its known variance. Undefined below twenty rows a side. Lopez-Paz and Oquab 2017 (arXiv 1610.06545); attributions by
 * permutation (Breiman 2001, doi:10.1023/A:1010933404324) on the held-out rows. O(trees · depth · rows · features).
 */
export function domainClassifier(
  { frame, groupOf, nReference, nCurrent }: JoinedSamples,
  options: { readonly seed?: number; readonly attribute?: boolean } = {},
): ClassifierResult | undefined {
  if (nReference < 20 || nCurrent < 20 || frame.columns.length === 0) return undefined;
  const random = createRandom(options.seed ?? 1);
  const features = frame.columns.map((column): BinnedFeature => {
    const { codes, count, ordered, hasMissing } = cellsOfColumn(column, frame.rows, binsMost);
    return { bins: codes, binCount: count, ordered, hasMissing };
  });
  const halves = halve(groupOf, random);
  const scores = new Float64Array(frame.rows);
  const losses = new Float64Array(features.length);
  let auc = 0;
  let deviation = 0;
  for (const [learnt, held] of [halves, [halves[1], halves[0]] as const]) {
    const model = fitTrees(features, groupOf, learnt, classifierTrees);
    const answers = scoreTrees(model, features, held);
    const classes = Uint8Array.from(held, (row) => groupOf[row] as number);
    const own = areaUnderCurve(answers, classes) ?? 0.5;
    const ones = classes.reduce((sum, one) => sum + one, 0);
    auc += own / 2;
    // What one half learnt by chance it finds in the other as that finds it here: the two move together.
    deviation += Math.sqrt(aucVariance(ones, held.length - ones)) / 2;
    for (let at = 0; at < held.length; at++) scores[held[at] as number] = (answers[at] as number) - model.base;
    if (options.attribute === true) attribute({ model, features, held, classes, own, losses, random });
  }
  const attributions = frame.fields
    .map(({ name }, at) => ({ feature: name, loss: (losses[at] as number) / 2 }))
    .sort((a, b) => b.loss - a.loss || (a.feature < b.feature ? -1 : 1));
  return {
    auc,
    z: (auc - 0.5) / deviation,
    attributions: options.attribute === true ? attributions : [],
    scores,
  };
}

/** Each side's rows in random halves. */
function halve(groupOf: Uint8Array, random: { below(bound: number): number }): readonly [Int32Array, Int32Array] {
  const halves: [number[], number[]] = [[], []];
  for (const group of [0, 1]) {
    const rows = shuffled(
      Int32Array.from(groupOf.keys()).filter((row) => groupOf[row] === group),
      random,
    );
    rows.forEach((row, at) => {
      (halves[at % 2] as number[]).push(row);
    });
  }
  return [Int32Array.from(halves[0]).sort(), Int32Array.from(halves[1]).sort()];
}

function attribute(input: {
  readonly model: BoostedTrees;
  readonly features: readonly BinnedFeature[];
  readonly held: Int32Array;
  readonly classes: Uint8Array;
  readonly own: number;
  readonly losses: Float64Array;
  readonly random: { below(bound: number): number };
}): void {
  const { model, features, held, classes, own, losses, random } = input;
  const used = new Set(model.trees.flatMap((tree) => Array.from(tree.features)));
  features.forEach(({ bins }, feature) => {
    if (!used.has(feature)) return;
    const others = shuffled(held.slice(), random);
    const moved = bins.slice();
    held.forEach((row, at) => {
      moved[row] = bins[others[at] as number] as number;
    });
    const without = areaUnderCurve(scoreTrees(model, features, held, { feature, bins: moved }), classes) ?? 0.5;
    losses[feature] = (losses[feature] as number) + own - without;
  });
}

function shuffled(rows: Int32Array, random: { below(bound: number): number }): Int32Array {
  for (let at = rows.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    const moved = rows[at] as number;
    rows[at] = rows[other] as number;
    rows[other] = moved;
  }
  return rows;
}
