import type { Column } from '../../common/columns.ts';

/** `$1,234.50`, `70.1 kg`, `-3.5 %`: a sign of money before, or a unit behind. */
const pattern =
  /^\s*([$€£¥]?)\s*([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?)\s*([%‰°]|°?[A-Za-zµ²³/]{1,8})?\s*$/;
/** Of the first thousand distinct texts, so many have to be numbers of one unit. */
const nearlyAll = 0.95;

/** The number of a text such as `70.1 kg`, whatever its unit; NaN for anything else. */
export function measureOfText(text: string): number {
  const [, , digits] = pattern.exec(text) ?? [];
  return digits === undefined ? Number.NaN : Number(digits.replaceAll(',', ''));
}

/**
 * Are both columns numbers with one and the same unit, or with none and a decimal point? Digits alone may be codes (`00501`), and
 * letters before them are names (`c17`).
 */
export function haveOneUnit(a: Column, b: Column): boolean {
  const unit = unitOf(a);
  return unit !== undefined && unit === unitOf(b);
}

function unitOf(column: Column): string | undefined {
  if (column.kind !== 'text' || column.dictionary.values.length < 2) return undefined;
  const sample = column.dictionary.values.slice(0, 1000);
  const counts = new Map<string, number>();
  let points = 0;
  for (const text of sample) {
    const [, sign = '', digits, unit = ''] = pattern.exec(text) ?? [];
    if (digits === undefined) continue;
    if (digits.includes('.')) points++;
    counts.set(`${sign} ${unit}`, (counts.get(`${sign} ${unit}`) ?? 0) + 1);
  }
  for (const [unit, count] of counts)
    if (count >= nearlyAll * sample.length && (unit !== ' ' || points >= sample.length / 2)) return unit;
  return undefined;
}
