import { parseTimestampMs } from '../../common/timestamp.ts';
import { numberOfText } from '../compare/usable.ts';
import { quoted } from '../compare/words.ts';
import { bestOf, minPairs, mostFrequent, type PairStory, type PairStoryKind } from './pair-story.ts';
import { timeStory } from './time-story.ts';

type Texts = readonly [a: string, b: string];

/** How the texts of one event differ on the two sides, as one rule for most of them. */
export function textStory(pairs: readonly Texts[]): PairStory | undefined {
  if (pairs.length < minPairs) return undefined;
  const share = (holds: (a: string, b: string) => boolean): number =>
    pairs.reduce((sum, [a, b]) => sum + Number(holds(a, b)), 0) / pairs.length;
  const rule = (kind: PairStoryKind, text: string, holds: (a: string, b: string) => boolean): PairStory => ({
    kind,
    text,
    share: share(holds),
  });
  const squeezed = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
  // From the most special rule to the most general.
  return bestOf([
    constantStory(pairs),
    rule('case', 'is training in another case', (a, b) => a.toLowerCase() === b.toLowerCase()),
    rule('whitespace', 'differs from training in spaces only', (a, b) => squeezed(a) === squeezed(b)),
    rule('form', 'is the same text in another Unicode form', (a, b) => a.normalize('NFC') === b.normalize('NFC')),
    rule('form', 'is the same number written otherwise', sameNumber),
    rule('form', 'is the same time written otherwise', sameTime),
    rule('case', 'differs from training in case and spaces only', (a, b) => {
      return squeezed(a).toLowerCase() === squeezed(b).toLowerCase();
    }),
    rule('encoding', 'is the UTF-8 of training read as Latin-1', (a, b) => garbled(a) === b),
    rule('encoding', 'is what training has as UTF-8 read as Latin-1', (a, b) => garbled(b) === a),
    ofTimes(pairs),
    truncatedStory(pairs),
    ...affixStories(pairs),
    renamedStory(pairs),
  ]);
}

function sameNumber(a: string, b: string): boolean {
  const [x, y] = [numberOfText(a), numberOfText(b)];
  return x === y;
}

function sameTime(a: string, b: string): boolean {
  const time = parseTimestampMs(a);
  return time !== undefined && time === parseTimestampMs(b);
}

function garbled(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text.slice(0, 1000)));
}

function constantStory(pairs: readonly Texts[]): PairStory | undefined {
  for (const side of [1, 0] as const) {
    const frequent = mostFrequent(pairs.map((pair) => pair[side]));
    const others = new Set(pairs.filter((pair) => pair[side] === frequent?.value).map((pair) => pair[1 - side]));
    if (frequent === undefined || others.size < minPairs) continue;
    const text =
      side === 1
        ? `is ${quoted(frequent.value)} whatever training has: a default in place of the value?`
        : `differs where training is ${quoted(frequent.value)}: a default in place of the value?`;
    return { kind: 'default', share: frequent.share, text };
  }
  return undefined;
}

function ofTimes(pairs: readonly Texts[]): PairStory | undefined {
  const times = pairs.flatMap(([a, b]): (readonly [number, number])[] => {
    const [x, y] = [parseTimestampMs(a), parseTimestampMs(b)];
    return x === undefined || y === undefined || x === y ? [] : [[x, y]];
  });
  return times.length < 0.5 * pairs.length ? undefined : timeStory(times, pairs.length);
}

function truncatedStory(pairs: readonly Texts[]): PairStory | undefined {
  const longest = Math.max(...pairs.map(([, b]) => b.length));
  const cut = pairs.filter(([a, b]) => b.length === longest && a.length > b.length && a.startsWith(b));
  return { kind: 'truncated', share: cut.length / pairs.length, text: `is training cut to ${longest} characters` };
}

/** The same text before or behind every value. */
function* affixStories(pairs: readonly Texts[]): Generator<PairStory> {
  for (const [whole, part, words] of [
    [1, 0, ['is training with', ''] as const],
    [0, 1, ['is training without', ''] as const],
  ] as const) {
    const before = mostFrequent(
      pairs.flatMap((pair) =>
        pair[part] !== '' && pair[whole].endsWith(pair[part]) ? [pair[whole].slice(0, -pair[part].length)] : [],
      ),
    );
    const after = mostFrequent(
      pairs.flatMap((pair) =>
        pair[part] !== '' && pair[whole].startsWith(pair[part]) ? [pair[whole].slice(pair[part].length)] : [],
      ),
    );
    if (before !== undefined) {
      const share = pairs.filter((pair) => pair[whole] === before.value + pair[part]).length / pairs.length;
      yield { kind: 'affix', share, text: `${words[0]} ${quoted(before.value)} before it` };
    }
    if (after !== undefined) {
      const share = pairs.filter((pair) => pair[whole] === pair[part] + after.value).length / pairs.length;
      yield { kind: 'affix', share, text: `${words[0]} ${quoted(after.value)} behind it` };
    }
  }
}

/** Each differing value of training has one name of its own in serving. */
function renamedStory(pairs: readonly Texts[]): PairStory | undefined {
  const counts = new Map<string, Map<string, number>>();
  for (const [a, b] of pairs) {
    const names = counts.get(a) ?? new Map<string, number>();
    names.set(b, (names.get(b) ?? 0) + 1);
    counts.set(a, names);
  }
  // Names that come once each say nothing of a rule.
  if (counts.size > pairs.length / 3) return undefined;
  let explained = 0;
  const taken = new Set<string>();
  const named: { readonly from: string; readonly to: string; readonly count: number }[] = [];
  for (const [from, names] of counts) {
    const [to, count] = [...names].reduce((x, y) => (y[1] > x[1] ? y : x));
    if (taken.has(to)) continue;
    taken.add(to);
    explained += count;
    named.push({ from, to, count });
  }
  const examples = named.sort((x, y) => y.count - x.count).slice(0, 3);
  const text = `has other names: ${examples.map(({ from, to }) => `${quoted(to)} for ${quoted(from)}`).join(', ')}`;
  // A single pair of names may be any mix-up of two values; it still is what happened.
  return { kind: 'renamed', share: explained / pairs.length, text };
}
