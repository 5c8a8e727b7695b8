import { greatestCommonDivisor } from './divisor.ts';

/** Nodes of a Gauss–Chebyshev sum over one half-wave of the sine. */
const nodes = 48;
const wavesMax = 200;

/**
 * P(ω² > x) of the Cramér–von Mises limit, in [0, 1], to ten digits wherever it is above 1e-300: Smirnov's
 * `2/π Σ (-1)^(k-1) ∫ exp(-x s²/2) / √(s |sin s|) ds` over s from (2k-1)π to 2kπ, whose ends, singular as one over a root, are
 * what Chebyshev's nodes are for. (The series in Bessel functions that others use gives 1 - p, and loses small p.) Below
 * x = 0.003: 1. Smirnov 1936; Anderson and Darling 1952, doi:10.1214/aoms/1177729437.
 *
 * @example cramerVonMisesUpper(0.4614) // 0.0500
 */
export function cramerVonMisesUpper(x: number): number {
  if (!(x >= 0.003)) return 1;
  let sum = 0;
  for (let wave = 1; wave <= wavesMax; wave++) {
    const middle = (2 * wave - 0.5) * Math.PI;
    let ofWave = 0;
    for (let node = 0; node < nodes; node++) {
      const cosine = Math.cos(((node + 0.5) * Math.PI) / nodes);
      const offset = (Math.PI / 2) * cosine;
      const s = middle + offset;
      // |sin s| = cos(offset) here; the weight √((π/2)² - offset²) tames it at the ends.
      const tamed = Math.sqrt(((Math.PI / 2) ** 2 * (1 - cosine * cosine)) / Math.cos(offset));
      ofWave += (Math.exp((-x * s * s) / 2) / Math.sqrt(s)) * tamed;
    }
    sum += wave % 2 === 1 ? ofWave : -ofWave;
    if (ofWave <= sum * 1e-17) break;
  }
  return Math.min(1, Math.max(0, (2 / Math.PI) * (Math.PI / nodes) * sum));
}

/**
 * P(U >= u) over all arrangements of n and m values, exactly, for small samples: the frequencies of the statistic are carried
 * along all lattice paths. `u` as in `cramerVonMises`; equal values make it an approximation. Xiao, Gordon and Yakovlev
 * 2007, doi:10.18637/jss.v017.i08, algorithm 1.
 */
export function exactCramerVonMisesUpper(u: number, n: number, m: number): number {
  const divisor = greatestCommonDivisor(n, m);
  const lcm = (n / divisor) * m;
  const perReference = lcm / n;
  const perCurrent = lcm / m;
  const product = n * m;
  const least = Math.floor((lcm * lcm * (n + m) * (6 * u - product * (4 * product - 1))) / (6 * product * product));
  /** By path to (v, row): how many paths there are of each sum. */
  let paths: Map<number, number>[] = Array.from({ length: n + 1 }, () => new Map());
  for (let row = 0; row <= m; row++) {
    const next: Map<number, number>[] = [];
    for (let v = 0; v <= n; v++) {
      const square = (perReference * v - perCurrent * row) ** 2;
      const here = new Map<number, number>();
      const add = (from: ReadonlyMap<number, number> | undefined): void => {
        for (const [sum, count] of from ?? []) here.set(sum + square, (here.get(sum + square) ?? 0) + count);
      };
      if (row === 0 && v === 0) here.set(0, 1);
      add(next[v - 1]);
      if (row > 0) add(paths[v]);
      next.push(here);
    }
    paths = next;
  }
  let beyond = 0;
  let all = 0;
  for (const [sum, count] of paths[n] as Map<number, number>) {
    all += count;
    if (sum >= least) beyond += count;
  }
  return beyond / all;
}
