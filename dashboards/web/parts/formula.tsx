import type { ComponentChildren } from 'preact';

/** The rule behind a statistic, as a formula and in words. */
export function formulaOf(statistic: string) {
  if (statistic === 'js_distance')
    return (
      <Rule formula="d = √( H((P + Q) / 2) − (H(P) + H(Q)) / 2 )">
        Jensen–Shannon distance in base 2, between 0 and 1. P and Q are the shares of the reference's bins in the
        reference and in the window; H is Shannon's entropy. The limit is what sampling and the reference's own ordinary
        windows explain, at the feature's part of the false-alarm budget.
      </Rule>
    );
  if (statistic === 'evidence')
    return (
      <Rule formula="M ← (M + stake) · exp(rate · R − n · cost)">
        Evidence that grows with each slice of time which moves the same way, and shrinks with each that does not: the
        sum of M over many bets, on levels, spreads, shapes and shares. R is what a slice of n events moves beyond its
        season; the cost is such that no bet wins while nothing changes. One may look after every slice: the limit is
        passed by chance once in so many slices, on average, as the false-alarm budget allows.
      </Rule>
    );
  if (statistic === 'missing' || statistic === 'invalid' || statistic === 'unseen')
    return (
      <Rule formula={`share = ${statistic} / n`}>
        The share of events whose value is {words[statistic]}. The limit follows from the share in the reference, by a
        binomial test widened by how much more than binomial the reference's own windows vary.
      </Rule>
    );
  return <p class="hush">{statistic.replaceAll('_', ' ')}: see docs/methods for its rule.</p>;
}

const words = {
  missing: 'absent or null',
  invalid: 'not usable',
  unseen: 'not among those the reference knows',
} as const;

function Rule({ formula, children }: { readonly formula: string; readonly children: ComponentChildren }) {
  return (
    <>
      <p class="formula">{formula}</p>
      <p class="hush">{children}</p>
    </>
  );
}
