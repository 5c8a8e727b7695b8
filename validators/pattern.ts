/** Steps a match may take at most; some 10 ms. */
const stepsMax = 5e6;
const charactersMaxOfAll = 1024;

export interface CheckedPattern {
  readonly regex: RegExp;
  /** Longer texts are not matched but violate the pattern. */
  readonly charactersMax: number;
}

interface Group {
  repeats: boolean;
  alternatives: boolean;
}

/**
 * Compiles a pattern that can be matched against texts of strangers in bounded time, or says why it is refused: a repetition
 * or alternatives inside a repetition can take exponential time; backreferences and lookarounds are not needed here. What is
 * left takes at most n^k / k! steps for n characters and k unbounded repetitions, which bounds the length of the texts.
 */
export function checkPattern(pattern: string): CheckedPattern | { readonly reason: string } {
  let regex: RegExp;
  try {
    regex = new RegExp(pattern, 'u');
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
  const groups: Group[] = [{ repeats: false, alternatives: false }];
  const top = (): Group => groups.at(-1) as Group;
  let repetitions = 0;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    let closed: Group | undefined;
    if (char === '\\') {
      if (/[1-9k]/.test(pattern[++at] as string)) return { reason: 'backreferences are not supported' };
    } else if (char === '[') at = endOfClass(pattern, at);
    else if (char === '(') {
      if (/^\(\?<?[=!]/.test(pattern.slice(at, at + 4))) return { reason: 'lookarounds are not supported' };
      groups.push({ repeats: false, alternatives: false });
      continue;
    } else if (char === '|') {
      top().alternatives = true;
      continue;
    } else if (char === ')') {
      closed = groups.pop() as Group;
      top().repeats ||= closed.repeats;
      top().alternatives ||= closed.alternatives;
    }
    const times = repetitionAt(pattern, at + 1);
    if (times <= 1) continue;
    if (closed?.repeats) return { reason: 'a repetition inside a repetition can take exponential time' };
    if (times <= 10) continue;
    if (closed?.alternatives) return { reason: 'alternatives inside a repetition can take exponential time' };
    top().repeats = true;
    repetitions++;
  }
  // A pattern that is not tied to the beginning is tried from every character.
  return { regex, charactersMax: charactersFor(repetitions + (pattern.startsWith('^') ? 0 : 1)) };
}

/** The most characters n with n^k / k! steps within the bound. */
function charactersFor(k: number): number {
  let factorial = 1;
  for (let factor = 2; factor <= k; factor++) factorial *= factor;
  return k === 0 ? charactersMaxOfAll : Math.min(charactersMaxOfAll, Math.floor((stepsMax * factorial) ** (1 / k)));
}

function endOfClass(pattern: string, open: number): number {
  let at = open + 1;
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
  return at;
}

/** How often the repetition that stands at `at` repeats at most; 1 where there is none. */
function repetitionAt(pattern: string, at: number): number {
  const char = pattern[at];
  if (char === '*' || char === '+') return Number.POSITIVE_INFINITY;
  const braces = /^\{(\d+)(,(\d*))?\}/.exec(pattern.slice(at, at + 24));
  if (braces === null) return 1;
  const [, least, comma, most] = braces;
  return comma === undefined ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most);
}
