/** How far a partition is committed. */
export interface Progress {
  readonly watermarkMs: number;
  /** Wall clock of its last commit. */
  readonly committedAtMs: number;
  /** A bounded partition that is committed to its end. */
  readonly ended: boolean;
}

/**
 * The event time before which nothing new is expected: the least watermark of the partitions that are still read. An ended
 * partition holds nobody back, nor does one that was silent for `idleMs` of wall clock. Infinity when all have ended.
 */
export function watermarkOf(partitions: readonly Progress[], idleMs: number, nowMs: number): number {
  if (partitions.length === 0) return Number.NEGATIVE_INFINITY;
  const open = partitions.filter(({ ended }) => !ended);
  if (open.length === 0) return Number.POSITIVE_INFINITY;
  const active = open.filter(({ committedAtMs }) => nowMs - committedAtMs <= idleMs);
  const counted = active.length > 0 ? active : open;
  return Math.min(...counted.map(({ watermarkMs }) => watermarkMs));
}
