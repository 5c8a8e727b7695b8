/** A feature in at most 32 bins, so that one 32-bit mask says which of them go left. */
export interface BinnedFeature {
  /** Bin of each row, in [0, 32); shape `[rows]`. */
  readonly bins: Uint8Array;
  readonly binCount: number;
  /** Bins in an order (numbers) or without one (categories). */
  readonly ordered: boolean;
  /** Bin 0 holds the missing values, which may go to either side. */
  readonly hasMissing: boolean;
}

export interface TreesOptions {
  /** Default 40. */
  readonly trees?: number;
  /** Splits from root to leaf, default 3. */
  readonly depth?: number;
  /** Share of each tree's step that is taken, in (0, 1]; default 0.15. */
  readonly learningRate?: number;
  /** L2 penalty of the leaves, >= 0; default 2. */
  readonly lambda?: number;
  /** Least sum of p (1 - p) on each side of a split; default 5, some 20 rows. */
  readonly minWeight?: number;
}

/** A gradient and a curvature for each of 32 bins. */
const cellsOfNode = 64;

interface Tree {
  /** By node, in the order of a heap: the feature split on, -1 for a leaf. */
  readonly features: Int32Array;
  /** Bins that go left, as a mask. */
  readonly masks: Uint32Array;
  readonly leaves: Float64Array;
}

/** Adds up to the log-odds of class 1. */
export interface BoostedTrees {
  readonly base: number;
  readonly depth: number;
  readonly trees: readonly Tree[];
}

/**
 * Gradient-boosted trees for two classes: each tree is fitted to gradient and curvature of the log loss, its splits maximise
 * `G_L²/(H_L+λ) + G_R²/(H_R+λ) - G²/(H+λ)`, its leaves are `-η G/(H+λ)`; no randomness, ties go to the first split found. Bins
 * of categories are put in the order of their gradient at each node. The same rule as XGBoost's exact one (Chen and Guestrin
 * 2016, doi:10.1145/2939672.2939785), and for categories LightGBM's.
 *
 * `rows` are those learnt from; `classes` (0, 1) and the bins have shape `[all rows]`. O(trees · depth · rows · features).
 */
export function fitTrees(
  features: readonly BinnedFeature[],
  classes: Uint8Array,
  rows: Int32Array,
  options: TreesOptions = {},
): BoostedTrees {
  const { trees = 40, depth = 3, learningRate = 0.15, lambda = 2, minWeight = 5 } = options;
  const ones = rows.reduce((sum, row) => sum + (classes[row] as number), 0);
  const share = Math.min(1 - 1e-6, Math.max(1e-6, ones / Math.max(1, rows.length)));
  const base = Math.log(share / (1 - share));
  const gathered = features.map((feature) => ({ ...feature, bins: gather(feature.bins, rows) }));
  const margins = new Float64Array(rows.length).fill(base);
  const gradients = new Float64Array(rows.length);
  const curvatures = new Float64Array(rows.length);
  const grown: Tree[] = [];
  for (let at = 0; at < trees; at++) {
    for (let index = 0; index < rows.length; index++) {
      const p = 1 / (1 + Math.exp(-(margins[index] as number)));
      gradients[index] = p - (classes[rows[index] as number] as number);
      curvatures[index] = p * (1 - p);
    }
    const tree = grow(
      { features: gathered, rows: rows.length, gradients, curvatures, depth, lambda, minWeight, learningRate },
      margins,
    );
    // A tree without a split says nothing that the one before did not.
    if (tree.features[0] === -1) break;
    grown.push(tree);
  }
  return { base, depth, trees: grown };
}

/** Log-odds of class 1 for each of `rows`; `instead` reads the bins of one feature from elsewhere. Shape `[rows]`. */
export function scoreTrees(
  model: BoostedTrees,
  features: readonly BinnedFeature[],
  rows: Int32Array,
  instead?: { readonly feature: number; readonly bins: Uint8Array },
): Float64Array {
  const bins = features.map((one, at) => (at === instead?.feature ? instead.bins : one.bins));
  const scores = new Float64Array(rows.length).fill(model.base);
  for (const { features: splits, masks, leaves } of model.trees) {
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as number;
      let node = 0;
      for (let feature = splits[0] as number; feature >= 0; feature = splits[node] as number) {
        const bin = (bins[feature] as Uint8Array)[row] as number;
        node = 2 * node + (((masks[node] as number) >>> bin) & 1 ? 1 : 2);
      }
      scores[index] = (scores[index] as number) + (leaves[node] as number);
    }
  }
  return scores;
}

/** The bins of the rows learnt from, side by side: every tree reads them several times. */
function gather(bins: Uint8Array, rows: Int32Array): Uint8Array {
  const out = new Uint8Array(rows.length);
  for (let at = 0; at < rows.length; at++) out[at] = bins[rows[at] as number] as number;
  return out;
}

interface Growing {
  /** With the bins of the rows learnt from alone. */
  readonly features: readonly BinnedFeature[];
  readonly rows: number;
  readonly gradients: Float64Array;
  readonly curvatures: Float64Array;
  readonly depth: number;
  readonly lambda: number;
  readonly minWeight: number;
  readonly learningRate: number;
}

/** Grows one tree level by level and adds its leaves to `margins`. */
function grow(input: Growing, margins: Float64Array): Tree {
  const { features, rows, gradients, curvatures, depth, lambda, learningRate } = input;
  const nodes = 2 ** (depth + 1) - 1;
  const tree: Tree = {
    features: new Int32Array(nodes).fill(-1),
    masks: new Uint32Array(nodes),
    leaves: new Float64Array(nodes),
  };
  const nodeOf = new Int32Array(rows);
  const sumG = new Float64Array(nodes);
  const sumH = new Float64Array(nodes);
  for (let level = 0; level <= depth; level++) {
    const first = 2 ** level - 1;
    const count = 2 ** level;
    sumG.fill(0);
    sumH.fill(0);
    for (let index = 0; index < rows; index++) {
      const node = nodeOf[index] as number;
      sumG[node] = (sumG[node] as number) + (gradients[index] as number);
      sumH[node] = (sumH[node] as number) + (curvatures[index] as number);
    }
    for (let node = first; node < first + count; node++)
      tree.leaves[node] = (-learningRate * (sumG[node] as number)) / ((sumH[node] as number) + lambda || 1);
    if (level === depth) break;
    const best = Array.from({ length: count }, () => ({ gain: 1e-9, feature: -1, mask: 0 }));
    const histogram = new Float64Array(count * cellsOfNode);
    features.forEach((feature, at) => {
      fillHistogram({ histogram, bins: feature.bins, nodeOf, first, gradients, curvatures });
      for (let slot = 0; slot < count; slot++) {
        const node = first + slot;
        const total = { g: sumG[node] as number, h: sumH[node] as number };
        if (total.h <= 0) continue;
        const found = bestSplit(
          histogram.subarray(slot * cellsOfNode, (slot + 1) * cellsOfNode),
          feature,
          total,
          input,
        );
        const known = best[slot] as { gain: number; feature: number; mask: number };
        if (found.gain > known.gain) best[slot] = { ...found, feature: at };
      }
    });
    best.forEach(({ feature, mask }, slot) => {
      tree.features[first + slot] = feature;
      tree.masks[first + slot] = mask;
    });
    for (let index = 0; index < rows; index++) {
      const node = nodeOf[index] as number;
      const feature = node < first ? -1 : (tree.features[node] as number);
      if (feature < 0) continue;
      const bin = (features[feature] as BinnedFeature).bins[index] as number;
      nodeOf[index] = 2 * node + (((tree.masks[node] as number) >>> bin) & 1 ? 1 : 2);
    }
  }
  for (let index = 0; index < rows; index++)
    margins[index] = (margins[index] as number) + (tree.leaves[nodeOf[index] as number] as number);
  return tree;
}

/** Sums of gradient and curvature by node and bin. Rows whose node has become a leaf are passed over. */
function fillHistogram(input: {
  readonly histogram: Float64Array;
  readonly bins: Uint8Array;
  readonly nodeOf: Int32Array;
  readonly first: number;
  readonly gradients: Float64Array;
  readonly curvatures: Float64Array;
}): void {
  const { histogram, bins, nodeOf, first, gradients, curvatures } = input;
  histogram.fill(0);
  for (let index = 0; index < bins.length; index++) {
    const slot = (nodeOf[index] as number) - first;
    if (slot < 0) continue;
    const cell = slot * cellsOfNode + 2 * (bins[index] as number);
    histogram[cell] = (histogram[cell] as number) + (gradients[index] as number);
    histogram[cell + 1] = (histogram[cell + 1] as number) + (curvatures[index] as number);
  }
}

/** Bins of one node in the order in which they are split; reused, since a fit asks thousands of times. */
const order = new Uint8Array(32);

function bestSplit(
  histogram: Float64Array,
  { binCount, ordered, hasMissing }: BinnedFeature,
  total: { readonly g: number; readonly h: number },
  { lambda, minWeight }: Growing,
): { readonly gain: number; readonly mask: number } {
  let used = 0;
  for (let bin = hasMissing ? 1 : 0; bin < binCount; bin++)
    if ((histogram[2 * bin + 1] as number) > 0) order[used++] = bin;
  if (!ordered) sortByGradient(histogram, used, lambda);
  const missingH = hasMissing ? (histogram[1] as number) : 0;
  const missingG = hasMissing ? (histogram[0] as number) : 0;
  const parent = (total.g * total.g) / (total.h + lambda);
  let gain = Number.NEGATIVE_INFINITY;
  let mask = 0;
  let leftG = 0;
  let leftH = 0;
  let left = 0;
  for (let at = 0; at < used; at++) {
    const bin = order[at] as number;
    leftG += histogram[2 * bin] as number;
    leftH += histogram[2 * bin + 1] as number;
    left |= 1 << bin;
    // Missing values to the right, then to the left.
    for (let side = 0; side < (missingH > 0 ? 2 : 1); side++) {
      const g = leftG + side * missingG;
      const h = leftH + side * missingH;
      const restG = total.g - g;
      const restH = total.h - h;
      if (h < minWeight || restH < minWeight) continue;
      const found = (g * g) / (h + lambda) + (restG * restG) / (restH + lambda) - parent;
      if (found <= gain) continue;
      gain = found;
      mask = (left | side) >>> 0;
    }
  }
  return { gain, mask };
}

/** Categories by their gradient, ties by bin; few rows are drawn towards the middle, or the order would follow their noise. */
function sortByGradient(histogram: Float64Array, used: number, lambda: number): void {
  for (let at = 1; at < used; at++) {
    const bin = order[at] as number;
    const key = (histogram[2 * bin] as number) / ((histogram[2 * bin + 1] as number) + lambda);
    let to = at;
    while (to > 0) {
      const other = order[to - 1] as number;
      if ((histogram[2 * other] as number) / ((histogram[2 * other + 1] as number) + lambda) <= key) break;
      order[to] = other;
      to--;
    }
    order[to] = bin;
  }
}
