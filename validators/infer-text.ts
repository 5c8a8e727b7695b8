import { isPresent, type TextColumn } from '../common/columns.ts';
import { isWordy } from '../common/measure.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { isAbsentText, isNumeral } from './coerce.ts';
import { count, type InferredFeature, percent } from './inferred.ts';

/** Texts with more different values get no domain: identifiers and free text. */
const domainMax = 1000;
/** So many rows a distinct value make a domain believable. */
const rowsPerValue = 5;
/** By Good and Turing (1953), the share of values that occur once estimates how often the next value is a new one. */
const newValueShareMax = 0.01;
/** Texts that are numbers, but for this share, are numbers among which something is wrong. */
const junkShareMax = 0.01;

/** So few different texts are no sign of free text, whatever they look like. */
const fewTexts = 20;

interface Counted {
  readonly text: string;
  readonly rows: number;
}

/** A timestamp, numbers with some junk, a boolean, or text with or without a domain. The empty text is absence. */
export function inferText(column: TextColumn, rows: number): InferredFeature {
  const counted = countTexts(column, rows);
  const present = counted.reduce((sum, { rows: of }) => sum + of, 0);
  if (present === 0) return { type: 'string', present, notes: [] };
  const share = (holds: (text: string) => boolean): number =>
    counted.reduce((sum, { text, rows: of }) => sum + (holds(text) ? of : 0), 0) / present;

  if (share(isBooleanText) === 1) return { type: 'boolean', present, notes: ['true or false, written as text'] };
  if (share(isDateText) === 1) return { type: 'timestamp', present, notes: ['times, written as text'] };
  const numbers = share((text) => isNumeral(text.trim()) && !/^[+-]?0\d/.test(text.trim()));
  const absent = share((text) => isAbsentText(text.trim()));
  if (numbers > 0 && numbers < 1 && numbers + absent >= 1 - junkShareMax) {
    return numbersAmongTexts({ counted, present, absent, numbers });
  }
  return textFeature(counted, present);
}

function countTexts({ codes, dictionary, validity }: TextColumn, rows: number): Counted[] {
  const counts = new Float64Array(dictionary.values.length);
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) continue;
    const code = codes[row] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  const counted: Counted[] = [];
  dictionary.values.forEach((text, code) => {
    const of = counts[code] as number;
    if (of > 0 && text !== '') counted.push({ text, rows: of });
  });
  return counted;
}

function isBooleanText(text: string): boolean {
  return /^(true|false)$/i.test(text.trim());
}

/** A date with separators: texts of digits may be anything. */
function isDateText(text: string): boolean {
  return /[-: ]/.test(text) && parseTimestampMs(text) !== undefined;
}

interface Numbers {
  readonly counted: readonly Counted[];
  readonly present: number;
  readonly absent: number;
  readonly numbers: number;
}

/** A file's column is text as soon as one of its values is no number. */
function numbersAmongTexts({ counted, present, absent, numbers }: Numbers): InferredFeature {
  const junk = counted.filter(({ text }) => !isNumeral(text.trim()));
  const whole = counted.every(({ text }) => !isNumeral(text.trim()) || Number.isSafeInteger(Number(text)));
  const some = junk
    .slice(0, 3)
    .map(({ text }) => JSON.stringify(text.slice(0, 40)))
    .join(', ');
  const rest = 1 - numbers - absent;
  return {
    type: whole ? 'integer' : 'number',
    ...(rest > 1e-9 ? { limits: { onTypeMismatch: 'flag' as const } } : {}),
    // N/A and the like are read as no value.
    present: Math.round(present * (1 - absent)),
    notes: [`${percent(numbers)} of the values are numbers; others are ${some}`],
  };
}

function textFeature(counted: readonly Counted[], present: number): InferredFeature {
  const distinct = counted.length;
  const once = counted.reduce((sum, { rows }) => sum + (rows === 1 ? 1 : 0), 0);
  const values = `${count(distinct)} different ${distinct === 1 ? 'value' : 'values'}`;
  const reason =
    distinct > domainMax
      ? `more than ${domainMax}`
      : distinct * rowsPerValue > present
        ? `fewer than ${rowsPerValue} rows each`
        : once / present > newValueShareMax
          ? `${count(once)} of them once, so new ones will come`
          : undefined;
  if (reason !== undefined) {
    const notes = [`${values}, ${reason}: no domain`];
    if (distinct <= fewTexts || !isWordy(counted.map(({ text }) => text))) return { type: 'string', present, notes };
    return { type: 'string', limits: { kind: 'text' }, present, notes: [...notes, 'most are of several words'] };
  }
  const [most] = counted.toSorted((a, b) => b.rows - a.rows) as [Counted];
  const domain = { values: counted.map(({ text }) => text).sort(), otherwise: 'flag' as const };
  const frequent = `the most frequent ${JSON.stringify(most.text.slice(0, 40))} (${percent(most.rows / present)})`;
  return { type: 'string', limits: { domain }, present, notes: [`${values}, ${frequent}`] };
}
