/**
 * P(D < d) for one sample of n values, by four terms of Li-Chien's expansion in 1/√n around Kolmogorov's limit, each turned by
 * a theta identity so that it converges for small z = √n d (Pelz and Good 1976, doi:10.1111/j.2517-6161.1976.tb01579.x).
 * For n above 140: ten digits. O(z).
 */
export function pelzGoodLower(d: number, n: number): number {
  const z2 = n * d * d;
  const z = Math.sqrt(z2);
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const pi2 = Math.PI ** 2;
  const pi4 = pi2 * pi2;
  const pi6 = pi4 * pi2;
  if (-pi2 / 8 / z2 < -708) return 0;
  let k0 = 0;
  let k1 = 0;
  let k2 = 0;
  let k3 = 0;
  for (let k = 1; k <= Math.ceil((16 * z) / Math.PI); k++) {
    const m2 = (2 * k - 1) ** 2;
    const m4 = m2 * m2;
    const m6 = m4 * m2;
    const weight = Math.exp((-pi2 * m2) / 8 / z2);
    k0 += weight;
    k1 += weight * (-z2 + (pi2 / 4) * m2);
    k2 += weight * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * pi2 * m2) / 4 + (pi4 * (1 - 2 * z2) * m4) / 16);
    k3 +=
      weight *
      (-30 * z6 -
        90 * z4 * z4 +
        (pi2 * (135 * z4 - 96 * z6) * m2) / 4 +
        (pi4 * (-60 * z2 + 212 * z4) * m4) / 16 +
        (pi6 * (5 - 30 * z2) * m6) / 64);
    const even = Math.exp((-pi2 * k * k) / 2 / z2);
    const kPi2 = pi2 * k * k;
    // The sums over all whole k, on the scale of the others: they are divided by the same numbers below.
    k2 -= 2 * z4 * kPi2 * even;
    k3 += 30 * z4 * (3 * z2 - kPi2) * kPi2 * even;
  }
  const root = Math.sqrt(2 * Math.PI);
  const rootN = Math.sqrt(n);
  return root * (k0 / z + k1 / (6 * z4 * rootN) + k2 / (72 * z ** 7 * n) + k3 / (6480 * z ** 10 * n * rootN));
}
