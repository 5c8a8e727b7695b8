const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Cuts the text of a JSON array into the bytes of its elements, or says why it is no array. It knows strings, escapes and
 * brackets only; nesting costs a byte a level and no recursion. What stands between the commas is not looked at.
 *
 * @param text begins with `[`; no blanks at its ends
 */
export function splitJsonArray(text: Buffer): Buffer[] | string {
  const events: Buffer[] = [];
  const closers: number[] = [];
  let from = 1;
  let at = 0;
  while (at < text.length) {
    const byte = text[at];
    if (byte === quote) {
      at = endOfString(text, at);
      if (at < 0) return 'a string is not closed';
    } else if (byte === openBracket || byte === openBrace) {
      closers.push(byte + 2);
    } else if (byte === closeBracket || byte === closeBrace) {
      if (closers.pop() !== byte) return `unexpected ${String.fromCharCode(byte)} at byte ${at}`;
      if (closers.length === 0) {
        if (at !== text.length - 1) return `text after the end of the array, at byte ${at + 1}`;
        const last = trim(text, from, at);
        if (last.length > 0) events.push(last);
        else if (events.length > 0) return `an element is missing before byte ${at}`;
        return events;
      }
    } else if (byte === comma && closers.length === 1) {
      const event = trim(text, from, at);
      if (event.length === 0) return `an element is missing before byte ${at}`;
      events.push(event);
      from = at + 1;
    }
    at++;
  }
  return 'the array is not closed';
}

/** The position of the closing quote of the string that begins at `start`; -1 where there is none. */
function endOfString(text: Buffer, start: number): number {
  let at = text.indexOf(quote, start + 1);
  while (at >= 0) {
    let escapes = 0;
    while (text[at - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return at;
    at = text.indexOf(quote, at + 1);
  }
  return -1;
}

function trim(text: Buffer, from: number, to: number): Buffer {
  let start = from;
  let end = to;
  while (start < end && (text[start] as number) <= 0x20) start++;
  while (end > start && (text[end - 1] as number) <= 0x20) end--;
  return text.subarray(start, end);
}
