import { type Column, isPresent, type TextColumn } from '../common/columns.ts';
import { columnOf, type Frame } from '../common/feature.ts';
import { parseSegmentKey, type SegmentKey, segmentKey } from '../common/segment.ts';

/** One way of slicing: by these features together, the `top` most frequent combinations of their values. */
export interface SegmentRule {
  readonly by: readonly string[];
  readonly top: number;
}

/** Maps rows to segments. The segments of one rule do not overlap; those of different rules may. */
export interface Segmenter {
  /** The features of each rule, parallel to what `groupsOf` returns. */
  readonly rules: readonly (readonly string[])[];
  /** One array a rule, shape `[rows]`: index into the segments the segmenter was made from, -1 where none matches. */
  groupsOf(frame: Frame): readonly Int32Array[];
}

/** A value as it stands in a segment key, or undefined where it is absent. Costs one text a distinct value, not a row. */
interface Coder {
  readonly code: (row: number) => number;
  readonly text: (code: number) => string;
}

function coderOf(column: Column): Coder {
  if (column.kind === 'text') {
    const { codes, dictionary, validity } = column;
    return {
      code: (row) => (isPresent(validity, row) ? (codes[row] as number) : -1),
      text: (code) => dictionary.values[code] as string,
    };
  }
  const codeOf = new Map<number, number>();
  const values: number[] = [];
  return {
    code: (row) => {
      if (!isPresent(column.validity, row)) return -1;
      const value = column.values[row] as number;
      if (Number.isNaN(value)) return -1;
      let code = codeOf.get(value);
      if (code === undefined) {
        code = values.push(value) - 1;
        codeOf.set(value, code);
      }
      return code;
    },
    text: (code) => String(values[code]),
  };
}

/**
 * The most frequent combinations of values, by rule, as segment keys: what a reference is sliced by. Ties go to the
 * combination that appears first. A rule that names a feature the frame lacks gives none.
 */
export function chooseSegments(frame: Frame, rules: readonly SegmentRule[]): readonly SegmentKey[] {
  return rules.flatMap(({ by, top }) => {
    const columns = by.map((name) => columnOf(frame, name));
    if (columns.some((column) => column === undefined)) return [];
    const coders = columns.map((column) => coderOf(column as Column));
    const counts = new Map<string, { count: number; codes: readonly number[] }>();
    const single = coders.length === 1 ? new Map<number, number>() : undefined;
    for (let row = 0; row < frame.rows; row++) {
      if (single !== undefined) {
        const code = (coders[0] as Coder).code(row);
        if (code >= 0) single.set(code, (single.get(code) ?? 0) + 1);
        continue;
      }
      const codes = coders.map((coder) => coder.code(row));
      if (codes.some((code) => code < 0)) continue;
      const key = codes.join();
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { count: 1, codes });
      else known.count++;
    }
    const found =
      single === undefined ? [...counts.values()] : [...single].map(([code, count]) => ({ count, codes: [code] }));
    return found
      .sort((a, b) => b.count - a.count)
      .slice(0, top)
      .map(({ codes }) =>
        segmentKey(codes.map((code, at) => ({ feature: by[at] as string, value: (coders[at] as Coder).text(code) }))),
      );
  });
}

/**
 * Made once from a reference's segments, used for every batch. The codes of a text column are looked up once for each
 * entry of its dictionary, and the look-up is kept as long as batches share the dictionary.
 */
export function createSegmenter(segments: readonly SegmentKey[]): Segmenter {
  const rules: { readonly by: readonly string[]; readonly indexOf: Map<string, number>; cache: Cache | undefined }[] =
    [];
  segments.forEach((segment, index) => {
    const parts = parseSegmentKey(segment);
    if (parts.length === 0) return;
    const by = parts.map(({ feature }) => feature);
    let rule = rules.find((other) => other.by.length === by.length && other.by.every((name, at) => name === by[at]));
    if (rule === undefined) {
      rule = { by, indexOf: new Map(), cache: undefined };
      rules.push(rule);
    }
    rule.indexOf.set(joined(parts.map(({ value }) => value)), index);
  });
  return {
    rules: rules.map(({ by }) => by),
    groupsOf: (frame) =>
      rules.map((rule) => {
        const groups = new Int32Array(frame.rows).fill(-1);
        const columns = rule.by.map((name) => columnOf(frame, name));
        if (columns.some((column) => column === undefined)) return groups;
        const first = columns[0] as Column;
        if (columns.length === 1 && first.kind === 'text') {
          rule.cache = extend(rule.cache, first, rule.indexOf);
          fillByCode(groups, first, rule.cache.groupOfCode);
        } else fillByCombination(groups, columns as readonly Column[], rule.indexOf);
        return groups;
      }),
  };
}

interface Cache {
  readonly dictionary: TextColumn['dictionary'];
  readonly groupOfCode: number[];
}

function extend(cache: Cache | undefined, column: TextColumn, indexOf: ReadonlyMap<string, number>): Cache {
  const current = cache?.dictionary === column.dictionary ? cache : { dictionary: column.dictionary, groupOfCode: [] };
  const { values } = column.dictionary;
  for (let code = current.groupOfCode.length; code < values.length; code++)
    current.groupOfCode.push(indexOf.get(joined([values[code] as string])) ?? -1);
  return current;
}

function fillByCode(groups: Int32Array, column: TextColumn, groupOfCode: readonly number[]): void {
  for (let row = 0; row < groups.length; row++)
    if (isPresent(column.validity, row)) groups[row] = groupOfCode[column.codes[row] as number] as number;
}

function fillByCombination(groups: Int32Array, columns: readonly Column[], indexOf: ReadonlyMap<string, number>): void {
  const coders = columns.map(coderOf);
  const known = new Map<string, number>();
  const codes = new Array<number>(coders.length);
  for (let row = 0; row < groups.length; row++) {
    let present = true;
    for (let at = 0; at < coders.length; at++) {
      codes[at] = (coders[at] as Coder).code(row);
      if ((codes[at] as number) < 0) present = false;
    }
    if (!present) continue;
    const key = codes.join();
    let group = known.get(key);
    if (group === undefined) {
      group = indexOf.get(joined(codes.map((code, at) => (coders[at] as Coder).text(code)))) ?? -1;
      known.set(key, group);
    }
    groups[row] = group;
  }
}

/** No text value holds both the length and the separator in a way that another tuple has. */
function joined(values: readonly string[]): string {
  return values.map((value) => `${value.length}:${value}`).join('');
}
