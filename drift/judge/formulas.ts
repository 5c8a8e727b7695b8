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

/** The rule of a statistic that decides; undefined for the others. */
export function formulaOf(statistic: string): Formula | undefined {
  if (statistic === 'js_distance')
    return {
      formula: 'd = √( H((P + Q) / 2) − (H(P) + H(Q)) / 2 )',
      words:
        "Jensen–Shannon distance in base 2, between 0 and 1. P and Q are the shares of the reference's bins in the reference and in the window; H is Shannon's entropy. The limit is what sampling and the reference's own ordinary windows explain, at the feature's part of the false-alarm budget.",
    };
  if (statistic === 'evidence')
    return {
      formula: 'M ← (M + stake) · exp(rate · R − n · cost)',
      words:
        'Evidence that grows with each slice of time which moves the same way, and shrinks with each that does not: the sum of M over many bets, on levels, spreads, shapes and shares. R is what a slice of n events moves beyond its season; the cost is such that no bet wins while nothing changes. One may look after every slice: the limit is passed by chance once in so many slices, on average, as the false-alarm budget allows.',
    };
  if (statistic === 'missing' || statistic === 'invalid' || statistic === 'unseen')
    return {
      formula: `share = ${statistic} / n`,
      words: `The share of events whose value is ${shareWords[statistic]}. The limit follows from the share in the reference, by a binomial test widened by how much more than binomial the reference's own windows vary.`,
    };
  return undefined;
}
