/**
 * The least cost of an event at which a bet would have behaved while nothing changed.
 *
 * The bet's evidence over the reference, restarted at zero whenever it is lost (Page's sum of `rate · residual - n · cost`),
 * has peaks. For a stationary stream, dependent or not, peaks above a level are beyond it by an exponential amount with the
 * Lundberg exponent of the sum (Glynn and Whitt 1994, doi:10.1017/S0021900200107120), and the bet is fair, whatever the
 * dependence, where that exponent is at least 1. So the cost is raised until the peaks' mean excess is at most 1 and the
 * highest of them is no higher than so many exponential ones make likely.
 */
export function fairCost(input: {
  readonly rate: number;
  /** Slices' sums around the season, and their events, in order of time. */
  readonly residuals: Float64Array;
  readonly counts: Float64Array;
  /** Where the search begins, per event; > 0. */
  readonly cost: number;
}): number {
  const { rate, residuals, counts } = input;
  let high = input.cost;
  let low = high;
  for (let step = 0; step < stepsMax && !behaves(rate, residuals, counts, high); step++) {
    low = high;
    high *= growth;
  }
  for (let step = 0; step < halvings && low < high; step++) {
    const middle = Math.sqrt(low * high);
    if (behaves(rate, residuals, counts, middle)) high = middle;
    else low = middle;
  }
  return high;
}

const growth = 1.6;
const stepsMax = 20;
/** To within 6 % of the least cost. */
const halvings = 3;
/** Peaks below the first are no evidence of anything; beyond the second they show whether the tail is heavier than the body. */
const bases = [1, 3];
/** Fewer peaks beyond a base have no mean worth looking at. */
const minPeaks = 5;
/** How far the highest of k exponential peaks may be above ln k: one time in eight it is. */
const highestSlack = 2;

function behaves(rate: number, residuals: Float64Array, counts: Float64Array, cost: number): boolean {
  const peaks = peaksOf(rate, residuals, counts, cost);
  return bases.every((base) => {
    let beyond = 0;
    let excess = 0;
    let highest = 0;
    for (const peak of peaks) {
      if (peak <= base) continue;
      beyond++;
      excess += peak - base;
      highest = Math.max(highest, peak - base);
    }
    if (beyond < minPeaks && base !== bases[0]) return true;
    return beyond === 0 || (excess <= beyond && highest <= Math.log(beyond) + highestSlack);
  });
}

/** The highest points of Page's sum between its returns to zero. */
function peaksOf(rate: number, residuals: Float64Array, counts: Float64Array, cost: number): number[] {
  const peaks: number[] = [];
  let sum = 0;
  let peak = 0;
  for (let at = 0; at < residuals.length; at++) {
    sum += rate * (residuals[at] as number) - cost * (counts[at] as number);
    if (sum > peak) peak = sum;
    if (sum > 0) continue;
    if (peak > 0) peaks.push(peak);
    sum = 0;
    peak = 0;
  }
  if (peak > 0) peaks.push(peak);
  return peaks;
}
