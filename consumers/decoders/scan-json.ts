export interface JsonScan {
  /** Deepest nesting of objects and arrays. */
  readonly depth: number;
  /** A key that stands twice in one object, at any level. */
  readonly duplicate: string | undefined;
}

/**
 * Looks at the structure of JSON that JSON.parse accepts, without recursion: time and memory are linear however it is nested.
 * For other text the depth is right as far as brackets go, and the duplicate means nothing.
 */
export function scanJson(text: string): JsonScan {
  /** One entry an open object or array; null for an array. */
  const open: (Set<string> | null)[] = [];
  let depth = 0;
  let duplicate: string | undefined;
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
        open.push(new Set());
        expectsKey = true;
        depth = Math.max(depth, open.length);
        break;
      case 0x5b: // [
        open.push(null);
        expectsKey = false;
        depth = Math.max(depth, open.length);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        expectsKey = false;
        break;
      case 0x2c: // ,
        expectsKey = open.at(-1) != null;
        break;
      case 0x22: {
        const end = endOfText(text, at);
        const keys = open.at(-1);
        if (expectsKey && keys != null) {
          const key = unescaped(text.slice(at, end + 1));
          if (keys.has(key)) duplicate ??= key;
          keys.add(key);
          expectsKey = false;
        }
        at = end;
        break;
      }
      default:
    }
  }
  return { depth, duplicate };
}

function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at;
}

/** Two spellings of one key are one key: `"a"` and `"\u0061"`. */
function unescaped(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
