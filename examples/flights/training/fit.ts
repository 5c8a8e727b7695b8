/** One additive part of the logit: a weight for each level, of which every row has one. */
export interface Term {
  readonly name: string;
  readonly levels: number;
  /** Level of each row, shape `[rows]`; levels below `free` are held at zero. */
  readonly index: Int32Array;
  /** Strength of the ridge: a level is pulled towards zero as if `ridge` units of curvature stood there. */
  readonly ridge: number;
}

export interface FitInput {
  readonly terms: readonly Term[];
  readonly label: Uint8Array;
  readonly weight: Float64Array;
  /** The rows to learn from. */
  readonly rows: Int32Array;
  readonly sweeps: number;
}

export interface Fit {
  readonly intercept: number;
  /** `weights[t]` has shape `[terms[t].levels]`. */
  readonly weights: readonly Float64Array[];
  /** Mean penalised log-loss after each sweep. */
  readonly losses: readonly number[];
}

/**
 * Logistic regression on one-hot terms by Newton steps, one term after the other (block coordinate descent; local scoring
 * of Hastie and Tibshirani, 1986, doi:10.1214/ss/1177013604). Within a term the levels do not share rows, so the Hessian
 * is diagonal and the step exact. No learning rate and no order of rows: the result depends on the data alone.
 */
export function fitLogistic({ terms, label, weight, rows, sweeps }: FitInput): Fit {
  const n = rows.length;
  const logit = new Float64Array(n);
  const y = new Float64Array(n);
  const w = new Float64Array(n);
  let total = 0;
  let positive = 0;
  for (let i = 0; i < n; i++) {
    const row = rows[i] as number;
    y[i] = label[row] as number;
    w[i] = weight[row] as number;
    total += w[i] as number;
    positive += (w[i] as number) * (y[i] as number);
  }
  const intercept = Math.log(positive / (total - positive));
  logit.fill(intercept);
  const weights = terms.map(({ levels }) => new Float64Array(levels));
  const local = terms.map(({ index }) => Int32Array.from(rows, (row) => index[row] as number));
  const losses: number[] = [];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let loss = 0;
    terms.forEach((term, t) => {
      const index = local[t] as Int32Array;
      const beta = weights[t] as Float64Array;
      const gradient = new Float64Array(term.levels);
      const curvature = new Float64Array(term.levels);
      for (let i = 0; i < n; i++) {
        const p = 1 / (1 + Math.exp(-(logit[i] as number)));
        const level = index[i] as number;
        gradient[level] = (gradient[level] as number) + (w[i] as number) * ((y[i] as number) - p);
        curvature[level] = (curvature[level] as number) + (w[i] as number) * p * (1 - p);
        if (t === 0) loss -= (w[i] as number) * Math.log(Math.max(1e-12, y[i] === 1 ? p : 1 - p));
      }
      const step = new Float64Array(term.levels);
      for (let level = 0; level < term.levels; level++) {
        const present = beta[level] as number;
        const raw =
          ((gradient[level] as number) - term.ridge * present) / ((curvature[level] as number) + term.ridge + 1e-9);
        step[level] = Math.max(-2, Math.min(2, raw));
        beta[level] = present + (step[level] as number);
      }
      for (let i = 0; i < n; i++) logit[i] = (logit[i] as number) + (step[index[i] as number] as number);
    });
    losses.push(loss / total);
  }
  return { intercept, weights, losses };
}
