/**
 * The Shiryaev–Roberts e-detector over several bets: `M ← (M + w) · e`, one M a bet, w the bet's share of the stake put in anew
 * at each step. `evidence` is the sum of the Ms.
 *
 * Where each e has a mean of at most 1 given the past, `evidence - steps` never grows on average; so, however the steps
 * depend on each other and whenever one looks, the mean number of steps to the first `evidence >= c` is at least c (Shin,
 * Ramdas and Rinaldo 2023, arXiv 2203.03532, proposition 2.4; Roberts 1966, doi:10.1080/00401706.1966.10490374).
 *
 * `sums` is changed in place. `jump` > 0 lets that share of each sum move to the others before the next bet, so that the
 * best bet may change on the way (Vovk's simple jumper).
 */
export function advanceEvidence(sums: number[], bets: ArrayLike<number>, jump = 0): number {
  const count = sums.length;
  const stake = 1 / count;
  let moved = 0;
  if (jump > 0) for (const sum of sums) moved += (jump * sum) / count;
  let evidence = 0;
  for (let at = 0; at < count; at++) {
    const sum = ((1 - jump) * (sums[at] as number) + moved + stake) * (bets[at] as number);
    // A sum beyond this is an alarm by any limit, and must not become infinite.
    sums[at] = Math.min(sum, 1e250);
    evidence += sums[at] as number;
  }
  return evidence;
}
