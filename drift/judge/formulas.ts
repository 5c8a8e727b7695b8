/** The rules behind the tests, as formulas and in words: what the command line and the console show of them. */
export interface Formula {
  readonly formula: string;
  readonly words: string;
}

const shareWords = {
  missing: 'absent or null',
  invalid: 'not usable',
  unseen: 'not among those the reference knows',
} as const;

function ofShare(kind: keyof typeof shareWords): Formula {
  return {
    formula: `share = ${kind} / n`,
    words: `The share of events whose value is ${shareWords[kind]}. The limit follows from the share in the reference, by a binomial test widened by how much more than binomial the reference's own windows vary.`,
  };
}

const fixed = 'The limit is one that somebody has set: nothing is calibrated, so chance and habit are in the value.';
const jointLimit =
  "The limit is what sampling (random halves of the reference) and the reference's own ordinary windows explain, at its part of the false-alarm budget.";
const informationWords =
  'Mutual information is what one feature tells of another, in bits, missing values being a value.';

const formulas: Readonly<Record<string, Formula>> = {
  js_distance: {
    formula: 'd = √( H((P + Q) / 2) − (H(P) + H(Q)) / 2 )',
    words:
      "Jensen–Shannon distance in base 2, between 0 and 1. P and Q are the shares of the reference's bins in the reference and in the window; H is Shannon's entropy. The limit is what sampling and the reference's own ordinary windows explain, at the feature's part of the false-alarm budget.",
  },
  evidence: {
    formula: 'M ← (M + stake) · exp(rate · R − n · cost)',
    words:
      'Evidence that grows with each slice of time which moves the same way, and shrinks with each that does not: the sum of M over many bets, on levels, spreads, shapes and shares. R is what a slice of n events moves beyond its season; the cost is such that no bet wins while nothing changes. One may look after every slice: the limit is passed by chance once in so many slices, on average, as the false-alarm budget allows.',
  },
  missing: ofShare('missing'),
  invalid: ofShare('invalid'),
  unseen: ofShare('unseen'),
  linf: {
    formula: 'L∞ = max |p − q|',
    words: `The largest change of one value's share between training and serving, as TensorFlow Data Validation measures it. ${fixed}`,
  },
  js_divergence: {
    formula: 'JSD = H((P + Q) / 2) − (H(P) + H(Q)) / 2',
    words: `Jensen–Shannon divergence in bits between training and serving, as TensorFlow Data Validation measures it: over values, of a number over ten equal buckets of each side. ${fixed}`,
  },
  normalized_abs_difference: {
    formula: 'NAD = max |a − b| / (n + m)',
    words: `The largest change of one value's count over the events of both sides, as TensorFlow Data Validation measures it; it sees a change of volume, too. ${fixed}`,
  },
  correlation_sum: {
    formula: 'S = mean of (atanh r₁ − atanh r₀)² / (s (1/n + 1/m))',
    words: `Rank correlations of all pairs of numbers on samples of both sides, on Fisher's scale; s is a pair's own sampling variance. ${jointLimit}`,
  },
  correlation_max: {
    formula: 'S = max of (atanh r₁ − atanh r₀)² / (s (1/n + 1/m))',
    words: `The rank correlation that changed most among all pairs of numbers, on samples of both sides and Fisher's scale; s is the pair's own sampling variance. ${jointLimit}`,
  },
  mutual_information_sum: {
    formula: 'S = mean of (I₁ − I₀)² / (v₀ + v₁)',
    words: `${informationWords} The mean over all pairs, on samples of both sides; v is the sampling variance. ${jointLimit}`,
  },
  mutual_information_max: {
    formula: 'S = max of (I₁ − I₀)² / (v₀ + v₁)',
    words: `${informationWords} The pair that changed most, on samples of both sides; v is the sampling variance. ${jointLimit}`,
  },
  reconstruction_error: {
    formula: 'S = (e₁ − e₀)² / (s₁²/n₁ + s₀²/n₀)',
    words: `How far events lie from what the reference's principal components rebuild of them, on average, on samples of both sides. ${jointLimit}`,
  },
  domain_auc: {
    formula: 'S = max(0, (AUC − ½) / se)²',
    words: `How well a classifier that was trained to tell the window's events from the reference's does so on events it has not seen: 0.5 is chance. ${jointLimit}`,
  },
};

/** The rule of a statistic that decides; undefined for the others. */
export function formulaOf(statistic: string): Formula | undefined {
  return Object.hasOwn(formulas, statistic) ? formulas[statistic] : undefined;
}
