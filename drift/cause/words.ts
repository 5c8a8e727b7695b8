import { everything, parseSegmentKey, type SegmentKey } from '../../common/segment.ts';

/** At most four significant digits, without exponents for ordinary sizes. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** What is known by definition: `273.15`, at most six significant digits. */
export function formatExact(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** What was measured, which is never known better than to three digits. */
export function formatMeasured(value: number): string {
  return formatNumber(Number(value.toPrecision(3)));
}

/** `0.02 %`, `12 %`. */
export function formatShare(share: number): string {
  return `${formatNumber(Number((share * 100).toPrecision(2)))} %`;
}

/** `a, b, c and 3 more`. */
export function listOf(items: readonly string[], most = 3): string {
  if (items.length <= 1) return items.join('');
  if (items.length > most + 1) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

/** Segments for people: `origin DEN, SLC, PHX and 3 more`; the empty text where it is all events. */
export function segmentsText(segments: readonly SegmentKey[]): string {
  const byFeatures = new Map<string, string[]>();
  for (const segment of segments) {
    if (segment === everything) continue;
    const parts = parseSegmentKey(segment);
    const features = parts.map(({ feature }) => feature).join(' × ');
    const values = parts.map(({ value }) => value).join(' × ');
    const known = byFeatures.get(features);
    if (known === undefined) byFeatures.set(features, [values]);
    else known.push(values);
  }
  return [...byFeatures].map(([features, values]) => `${features} ${listOf(values)}`).join('; ');
}

/** `BOS 2.1 % -> 0.7 %, LGA 1.9 % -> 0.9 %`: what carries most of a change that has no story. */
export function carriersText(
  carriers: readonly { readonly label: string; readonly reference: number; readonly current: number }[],
  most = 3,
): string {
  return carriers
    .slice(0, most)
    .map(({ label, reference, current }) => `${label} ${formatShare(reference)} -> ${formatShare(current)}`)
    .join(', ');
}
