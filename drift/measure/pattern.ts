/** A character as the kind it is of: capital, small letter, digit, another ASCII character as it is, or `u` beyond ASCII. */
function kindAt(text: string, at: number): string {
  const code = text.charCodeAt(at);
  if (code >= 48 && code <= 57) return '9';
  if (code >= 65 && code <= 90) return 'A';
  if (code >= 97 && code <= 122) return 'a';
  return code < 128 ? (text[at] as string) : 'u';
}

/** Runs of capitals, small letters and digits as one A, a or 9, so that `ab-12` is `a-9`; 16 characters at most. */
export function runsOf(text: string): string {
  let runs = '';
  let last = '';
  for (let at = 0; at < text.length && runs.length < 16; at++) {
    const kind = kindAt(text, at);
    if (kind !== last) runs += kind;
    last = kind;
  }
  return runs;
}

/** The kinds of the first 256 characters, each once and in order, so that `ab-12` is `-9a`; 16 characters at most. */
export function alphabetOf(text: string): string {
  const kinds = new Set<string>();
  for (let at = 0; at < text.length && at < 256; at++) kinds.add(kindAt(text, at));
  return [...kinds].sort().join('').slice(0, 16);
}
