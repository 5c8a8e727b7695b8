/** A stretch of event time that is read from rows of at least one length. */
export interface Piece {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  /** Sums of this length, and sealed panes that are as long or longer; 0: sealed panes of any length. */
  readonly lengthMs: number;
}

/**
 * Cuts a span into pieces that are read from sums where whole ones lie in it, the longest first: days in the middle, hours
 * beside them, panes at the ends. `lengthsMs` are the lengths that panes are summed to, ascending.
 */
export function piecesOf(
  span: { readonly fromMs: number; readonly toMs: number },
  lengthsMs: readonly number[],
): Piece[] {
  if (span.toMs <= span.fromMs) return [];
  const lengthMs = lengthsMs.at(-1);
  if (lengthMs === undefined) return [{ ...span, lengthMs: 0 }];
  const shorter = lengthsMs.slice(0, -1);
  const fromMs = Math.ceil(span.fromMs / lengthMs) * lengthMs;
  const toMs = Math.floor(span.toMs / lengthMs) * lengthMs;
  if (toMs <= fromMs) return piecesOf(span, shorter);
  return [
    ...piecesOf({ fromMs: span.fromMs, toMs: fromMs }, shorter),
    { fromMs, toMs, lengthMs },
    ...piecesOf({ fromMs: toMs, toMs: span.toMs }, shorter),
  ];
}
