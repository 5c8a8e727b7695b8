/** `12.3 %`, with as many digits as a small share needs. */
export function percent(share: number): string {
  const points = share * 100;
  const digits = points === 0 || Math.abs(points) >= 10 ? 1 : Math.abs(points) >= 0.1 ? 2 : 4;
  return `${Number(points.toFixed(digits))} %`;
}

/** Four significant digits. */
export function short(value: number): string {
  const text = Number(value.toPrecision(4)).toString();
  return text === '-0' ? '0' : text;
}

export function probability(p: number): string {
  if (p < 1e-300) return 'p below 1e-300';
  return `p ${p < 0.001 ? p.toExponential(1) : short(p)}`;
}

/** A value in quotes, cut to 40 characters. */
export function quoted(value: string): string {
  return `"${value.length > 40 ? `${value.slice(0, 39)}…` : value}"`;
}

/** The p of the test that decides, the smallest, as it stands in the statistics, and which test it is. */
export function decidingWords(tests: readonly { readonly by: string; readonly pValue: number | undefined }[]): string {
  const [first] = tests
    .flatMap(({ by, pValue }) => (pValue === undefined ? [] : [{ by, pValue }]))
    .sort((a, b) => a.pValue - b.pValue);
  return first === undefined ? 'not tested' : `${probability(first.pValue)} by ${first.by}`;
}
