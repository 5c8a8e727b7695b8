export interface Span {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/** A stretch of event time that is read from rows of at least one length. */
export interface Piece extends Span {
  /** Sums of this length, and sealed panes that are as long or longer; 0: sealed panes of any length. */
  readonly lengthMs: number;
}

/**
 * Cuts a span into pieces that are read from sums where whole ones lie in it, the longest first: days in the middle, hours
 * beside them, panes at the ends. `lengthsMs` are the lengths that panes are summed to, ascending.
 */
export function piecesOf(span: Span, lengthsMs: readonly number[]): Piece[] {
  if (span.toMs <= span.fromMs) return [];
  const lengthMs = lengthsMs.at(-1);
  if (lengthMs === undefined) return [{ fromMs: span.fromMs, toMs: span.toMs, lengthMs: 0 }];
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

/** One of the sums that are asked for, and the occasion in it. */
export interface Use {
  readonly sum: number;
  readonly occasion: number;
}

/** A stretch of event time that goes into the same sums from its beginning to its end. */
export interface SharedSpan extends Span {
  readonly uses: readonly Use[];
}

/**
 * Spans of many sums, cut where any of them begins or ends: what several sums share is read once. `sums` are spans by sum and
 * occasion; of one sum no two overlap. In order of time, without overlap.
 */
export function sharedSpans(sums: readonly (readonly (readonly Span[])[])[]): SharedSpan[] {
  const edges: { readonly atMs: number; readonly use: Use; readonly begins: boolean }[] = [];
  sums.forEach((occasions, sum) => {
    occasions.forEach((spans, occasion) => {
      for (const { fromMs, toMs } of spans) {
        if (toMs <= fromMs) continue;
        const use = { sum, occasion };
        edges.push({ atMs: fromMs, use, begins: true }, { atMs: toMs, use, begins: false });
      }
    });
  });
  edges.sort((a, b) => a.atMs - b.atMs);
  const shared: SharedSpan[] = [];
  const open = new Map<number, Use>();
  let fromMs = 0;
  for (let at = 0; at < edges.length; ) {
    const { atMs } = edges[at] as (typeof edges)[number];
    if (open.size > 0) shared.push({ fromMs, toMs: atMs, uses: [...open.values()] });
    let end = at;
    while (edges[end]?.atMs === atMs) end++;
    // What ends here goes before what begins here: of one sum, one span may follow another.
    for (const { use, begins } of edges.slice(at, end)) if (!begins) open.delete(use.sum);
    for (const { use, begins } of edges.slice(at, end)) if (begins) open.set(use.sum, use);
    fromMs = atMs;
    at = end;
  }
  return shared;
}

/** Pieces of one length that touch, put together: fewer conditions to look for. */
export function joinPieces(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of [...pieces].sort((a, b) => a.lengthMs - b.lengthMs || a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last?.lengthMs === piece.lengthMs && last.toMs === piece.fromMs)
      joined[joined.length - 1] = { ...last, toMs: piece.toMs };
    else joined.push(piece);
  }
  return joined;
}
