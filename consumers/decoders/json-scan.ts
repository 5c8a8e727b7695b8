import { formatPointer } from '../../common/pointer.ts';

const quote = 0x22;
const backslash = 0x5c;

/** Whether objects and arrays are nested deeper than `maxDepth`. Looks at the text before it is parsed; not recursive. */
export function exceedsDepth(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === quote) at = endOfText(text, at);
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > maxDepth) return true;
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
  return false;
}

interface Level {
  /** Keys seen; undefined for an array. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
  expectsKey: boolean;
}

/**
 * A JSON pointer to the first key that stands twice in its object, also where one of the two is written with escapes;
 * undefined where there is none. The text must be valid JSON. Not recursive; O(length).
 */
export function findDuplicateKey(text: string): string | undefined {
  const levels: Level[] = [];
  let level: Level | undefined;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
        level = { keys: new Set(), key: '', index: 0, expectsKey: true };
        levels.push(level);
        break;
      case 0x5b: // [
        level = { keys: undefined, key: '', index: 0, expectsKey: false };
        levels.push(level);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        levels.pop();
        level = levels.at(-1);
        break;
      case 0x2c: // ,
        if (level?.keys === undefined) level = advance(level);
        else level.expectsKey = true;
        break;
      case quote: {
        const end = endOfText(text, at);
        if (level?.keys !== undefined && level.expectsKey) {
          const raw = text.slice(at, end + 1);
          level.key = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
          level.expectsKey = false;
          if (level.keys.has(level.key)) return pathOf(levels);
          level.keys.add(level.key);
        }
        at = end;
        break;
      }
    }
  }
  return undefined;
}

function advance(level: Level | undefined): Level | undefined {
  if (level !== undefined) level.index++;
  return level;
}

function pathOf(levels: readonly Level[]): string {
  return formatPointer(levels.map(({ keys, key, index }) => (keys === undefined ? String(index) : key)));
}

/** The closing quote of the text that opens at `at`, or the end. */
function endOfText(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (char === backslash) end++;
    else if (char === quote) return end;
  }
  return text.length;
}
