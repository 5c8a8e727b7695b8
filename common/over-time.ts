/**
 * What detectors say stands among the judgements of windows, as comparisons of this name: `over-time:15m` for the evidence
 * over slices of 15 minutes, `over-time/adwin:15m` for a classical detector.
 */
export const overTime = 'over-time';

/** @param slice the length of the slices, for people */
export function overTimeName(kind: string, slice: string): string {
  return kind === 'evidence' ? `${overTime}:${slice}` : `${overTime}/${kind}:${slice}`;
}

export function isOverTime(comparison: string): boolean {
  return comparison.startsWith(overTime);
}
