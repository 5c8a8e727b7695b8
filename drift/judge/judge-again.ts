import type { SegmentKey } from '../../common/segment.ts';
import { type AgainstEarlier, judgeWindow, type WindowInput } from './judge-window.ts';
import type { Judgement } from './judgement.ts';

/** A feature of a segment. */
export interface Pair {
  readonly segment: SegmentKey;
  readonly feature: string;
}

/** Earlier windows without those in which these pairs alarmed: what was ordinary for them. */
export interface OrdinarySide {
  readonly against: AgainstEarlier;
  readonly pairs: readonly Pair[];
}

/**
 * A fault is among the earlier windows for as long as these are looked back on: compared with them, what is as it always was would
 * alarm for weeks after. So alarms are judged again against the windows that did not alarm. An alarm stands only where both
 * sides give one, and says what the window is beside the ordinary ones; so there are never more alarms than without this, and what has changed
 * to stay becomes ordinary as before. What limits are learned from (`detail.excess`) is of all earlier windows.
 */
export function judgeAgain(
  input: WindowInput,
  judged: readonly Judgement[],
  sides: readonly OrdinarySide[],
): readonly Judgement[] {
  if (sides.length === 0) return judged;
  const again = new Map<string, Judgement>();
  for (const { against, pairs } of sides) {
    const own = new Set(pairs.map(pairKey));
    const features = input.features.filter((name) => pairs.some(({ feature }) => feature === name));
    for (const judgement of judgeWindow({ ...input, against, features }))
      if (own.has(pairKey(judgement))) again.set(pairKey(judgement), judgement);
  }
  return judged.map((first) => {
    const second = again.get(pairKey(first));
    // Where the ordinary windows do not suffice for a judgement, all of them are what is known.
    if (second === undefined || !Number.isFinite(second.critical)) return first;
    const { excess } = first.detail;
    return { ...second, detail: { ...second.detail, ...(excess === undefined ? {} : { excess }) } };
  });
}

export function pairKey({ segment, feature }: Pair): string {
  return JSON.stringify([segment, feature]);
}
