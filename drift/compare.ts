import type { Column, TextColumn } from '../common/columns.ts';
import { columnOf, type FeatureType, type Frame, type TextKind } from '../common/feature.ts';
import {
  type Compared,
  type CompareOptions,
  defaultBudget,
  defaultEffects,
  type Effects,
  type FeatureComparison,
  type Finding,
  type NotJudged,
  rowsToJudge,
  type Statistic,
} from './compare/comparison.ts';
import { createFileCauses } from './compare/file-cause.ts';
import { compareIdentifiers, isIdentifier } from './compare/identifier.ts';
import { haveOneUnit, measureOfText } from './compare/measure.ts';
import { compareWords, isFreeText } from './compare/measured.ts';
import { compareNumbers } from './compare/numeric.ts';
import { comparePresence, missingIn } from './compare/presence.ts';
import { compareRunningNumbers, isRunningNumber } from './compare/running-number.ts';
import { compareCategories, type JoinedCounts, joinTexts } from './compare/text.ts';
import { compareTimesOfDay, compareTimestamps } from './compare/timestamp.ts';
import {
  looksLikeTimes,
  numberOrFlagOfText,
  readTexts,
  timeOfDayOfText,
  timeOfText,
  type UsableNumbers,
  usableNumbers,
} from './compare/usable.ts';
import { compareVectors, type VectorSide, vectorPair } from './compare/vector.ts';

export type { CompareOptions, FeatureComparison } from './compare/comparison.ts';

/**
 * Compares two data sets, feature by feature, without any configuration; the most changed first.
 *
 * An alarm needs two things: a change beyond chance (p below `budget` divided by the number of tests on all features
 * together, so that `budget` bounds the probability of any alarm where nothing changed), and one of practical size (see
 * `Effects`). A feature that vanished is an alarm, a new one is only reported. Rows are taken as independent: where they are
 * not (a time series), ordinary habits look like changes, and a reference with calibrated windows is the better judge.
 */
export function compareFrames(reference: Frame, current: Frame, options: CompareOptions = {}): FeatureComparison[] {
  const effects: Effects = { ...defaultEffects, ...options.effects };
  const names = namesOf(reference, current).filter((name) => options.features?.includes(name) ?? true);
  const measured = names.map((name) => measure(name, sideOf(reference, name), sideOf(current, name), effects));
  const tests = measured.reduce((sum, { findings }) => sum + findings.length, 0);
  const level = (options.budget ?? defaultBudget) / Math.max(1, tests);
  const rows = { reference: reference.rows, current: current.rows };
  const judged = measured.map((feature) => judge(feature, level, rows));
  return withCauses(judged, reference, current).sort(
    (a, b) => Number(b.alarm) - Number(a.alarm) || b.severity - a.severity || (a.name < b.name ? -1 : 1),
  );
}

/** Characters of what is said of a vector, about. */
const vectorWordsMost = 180;

interface Side {
  readonly type: FeatureType;
  /** Where a contract says it; else the values do. */
  readonly kind?: TextKind;
  readonly column: Column;
  readonly rows: number;
}

interface Measured extends Compared {
  readonly name: string;
  /** An alarm without a test: the feature is gone. */
  readonly certain?: string;
  /** Values that can be compared, where both sides have the feature. */
  readonly values?: { readonly reference: number; readonly current: number };
}

function namesOf(reference: Frame, current: Frame): string[] {
  return [...new Set([...reference.fields, ...current.fields].map(({ name }) => name))];
}

function sideOf(frame: Frame, name: string): Side | undefined {
  const at = frame.fields.findIndex((field) => field.name === name);
  const field = frame.fields[at];
  const column = frame.columns[at];
  if (field === undefined || column === undefined) return undefined;
  const { type, kind } = field;
  return { type, column, rows: frame.rows, ...(kind === undefined ? {} : { kind }) };
}

function measure(name: string, reference: Side | undefined, current: Side | undefined, effects: Effects): Measured {
  const none = { name, statistics: {}, findings: [] };
  if (current === undefined)
    return { ...none, type: 'only_in_reference', distance: 1, calm: '', certain: 'the current data does not have it' };
  if (reference === undefined)
    return { ...none, type: 'only_in_current', distance: 0, calm: 'new: the reference does not have it' };
  const missing = missingIn(reference.column, reference.rows);
  const missingNow = missingIn(current.column, current.rows);
  const vectors = vectorPair(reference, current);
  const before = vectors?.reference ?? valuesOf(reference, current);
  const now = vectors?.current ?? valuesOf(current, reference);
  const presence = comparePresence(
    { rows: reference.rows, missing, unusable: before?.unusable ?? 0 },
    { rows: current.rows, missing: missingNow, unusable: now?.unusable ?? 0 },
    effects,
  );
  const compared = compareValues({ reference, current, before, now, effects }, missing, missingNow);
  const certain = otherDimension(reference.column, current.column);
  // Nothing on a side is a fact about its rows.
  const values = {
    reference: reference.rows - missing - (before?.unusable ?? 0),
    current: current.rows - missingNow - (now?.unusable ?? 0),
  };
  return {
    ...compared,
    name,
    statistics: { ...compared.statistics, ...presence.statistics },
    findings: [...compared.findings, ...presence.findings],
    ...(compared.type === 'all_missing' ? {} : { values }),
    ...(certain === undefined ? {} : { certain }),
  };
}

function otherDimension(reference: Column, current: Column): string | undefined {
  if (reference.kind !== 'vector' || current.kind !== 'vector') return undefined;
  if (reference.dimension === current.dimension) return undefined;
  return `vectors of ${reference.dimension} numbers became vectors of ${current.dimension}`;
}

/** The numbers of a side, where the pair is compared as numbers or times; undefined for a pair of texts. */
function valuesOf(side: Side, other: Side): UsableNumbers | undefined {
  if (side.column.kind === 'number') return usableNumbers(side.column, side.rows);
  if (side.column.kind === 'vector') return undefined;
  const asTimes =
    other.column.kind === 'number'
      ? other.type === 'timestamp'
      : looksLikeTimes(side.column) && looksLikeTimes(other.column);
  if (asTimes) return readTexts(side.column, side.rows, timeOfText);
  if (areTimesOfDay(side, other)) return readTexts(side.column, side.rows, timeOfDayOfText);
  if (other.column.kind === 'number') return readTexts(side.column, side.rows, numberOrFlagOfText);
  return haveOneUnit(side.column, other.column) ? readTexts(side.column, side.rows, measureOfText) : undefined;
}

function areTimesOfDay({ column }: Side, other: Side): boolean {
  return looksLikeTimes(column, timeOfDayOfText) && looksLikeTimes(other.column, timeOfDayOfText);
}

interface Pair {
  readonly reference: Side;
  readonly current: Side;
  readonly before: UsableNumbers | VectorSide | undefined;
  readonly now: UsableNumbers | VectorSide | undefined;
  readonly effects: Effects;
}

function compareValues(
  { reference, current, before, now, effects }: Pair,
  missing: number,
  missingNow: number,
): Compared {
  const absent = reference.rows === missing;
  const absentNow = current.rows === missingNow;
  if (absent || absentNow) {
    const calm =
      absent && absentNow ? 'no values on either side' : `no values in the ${absent ? 'reference' : 'current data'}`;
    return { type: 'all_missing', statistics: {}, findings: [], distance: 0, calm };
  }
  if (before !== undefined && now !== undefined && 'column' in before && 'column' in now) {
    const usable = before.rows - missing > before.unusable && now.rows - missingNow > now.unusable;
    if (usable) return compareVectors(before, now, effects);
    return {
      type: 'vector',
      statistics: {},
      findings: [],
      distance: 0,
      calm: 'no usable vectors on one side',
      unjudged: true,
    };
  }
  if (before !== undefined && now !== undefined && 'sorted' in before && 'sorted' in now) {
    const mixed = reference.column.kind !== current.column.kind;
    if (before.sorted.length === 0 || now.sorted.length === 0)
      return {
        type: mixed ? 'mixed' : 'numeric',
        statistics: {},
        findings: [],
        distance: 0,
        calm: 'no usable numbers on one side',
        unjudged: true,
      };
    const bothTexts = reference.column.kind === 'text' && current.column.kind === 'text';
    const times =
      reference.type === 'timestamp' || current.type === 'timestamp' || (bothTexts && looksLikeTimes(reference.column));
    const asTimes = times && !(mixed && reference.type !== 'timestamp' && current.type !== 'timestamp');
    const compareAs = areTimesOfDay(reference, current)
      ? compareTimesOfDay
      : asTimes
        ? compareTimestamps
        : isRunningNumber(before.sorted, now.sorted)
          ? compareRunningNumbers
          : compareNumbers;
    const compared = compareAs(before.sorted, now.sorted, effects);
    return mixed
      ? {
          ...compared,
          type: asTimes ? 'timestamp' : 'mixed',
          calm: `${asTimes ? 'times' : 'numbers'} on one side, text that reads as such on the other; ${compared.calm}`,
        }
      : compared;
  }
  if (reference.column.kind === 'text' && current.column.kind === 'text') {
    const sides = [
      { column: reference.column, rows: reference.rows },
      { column: current.column, rows: current.rows },
    ] as const;
    const joined = joinTexts(...sides);
    const kind = reference.kind ?? kindOf(reference.column, joined);
    if (kind === 'category') return compareCategories(joined, effects);
    return kind === 'text' ? compareWords(...sides, joined, effects) : compareIdentifiers(...sides, joined, effects);
  }
  return { type: 'mixed', statistics: {}, findings: [], distance: 0, calm: 'nothing to compare', unjudged: true };
}

function kindOf(reference: TextColumn, joined: JoinedCounts): TextKind {
  if (!isIdentifier(joined)) return 'category';
  return isFreeText(reference) ? 'text' : 'identifier';
}

function judge(
  feature: Measured,
  level: number,
  rows: { readonly reference: number; readonly current: number },
): FeatureComparison {
  const alarms = feature.findings
    .filter(({ pValue, effect }) => pValue <= level && effect >= 1)
    .sort((a, b) => b.effect - a.effect);
  const beyondChance = feature.findings
    .filter(({ pValue }) => pValue <= level)
    .toSorted((a, b) => (feature.type === 'vector' ? b.effect - a.effect : 0));
  const alarm = alarms.length > 0 || feature.certain !== undefined;
  const words = (findings: readonly Finding[]): string => {
    const all = findings.map((finding) => finding.words);
    // One finding may begin with what another one says at length.
    const said = all.filter((one) => !all.some((other) => other.length > one.length && other.startsWith(one)));
    return feature.type === 'vector' ? shortened(said) : said.join('; ');
  };
  const notJudged = alarm ? undefined : whyNotJudged(feature, rows);
  const why =
    feature.certain ??
    (alarm
      ? words(alarms)
      : notJudged !== undefined
        ? notJudged.why
        : beyondChance.length > 0
          ? `beyond chance, but too small to matter: ${words(beyondChance)}`
          : feature.calm);
  const worst = Math.max(0, ...beyondChance.map(({ effect }) => effect));
  return {
    name: feature.name,
    type: feature.type,
    n_reference: rows.reference,
    n_current: rows.current,
    statistics: finite(feature.statistics),
    alarm,
    judged: notJudged === undefined,
    ...(notJudged === undefined ? {} : { not_judged_because: notJudged.because }),
    why,
    severity: feature.certain !== undefined ? 1 : Number((worst / (1 + worst)).toFixed(4)),
  };
}

/** Alarms of numbers and of categories with what explains them, said first. */
function withCauses(judged: readonly FeatureComparison[], reference: Frame, current: Frame): FeatureComparison[] {
  const alike = judged.filter(
    ({ name, alarm, type }) =>
      alarm &&
      (type === 'numeric' || type === 'categorical') &&
      columnOf(reference, name)?.kind === columnOf(current, name)?.kind,
  );
  const notPlaces = alike.filter(({ type }) => type === 'numeric').map(({ name }) => name);
  const causeOf = createFileCauses({ reference, current, notPlaces });
  return judged.map((feature) => {
    const cause = alike.includes(feature) ? causeOf(feature.name) : undefined;
    return cause === undefined
      ? feature
      : { ...feature, cause, why: `${cause.text}${cause.text.endsWith('?') ? '' : ';'} ${feature.why}` };
  });
}

/** A vector has ten measures that mostly change together: the largest are said, of the others only how many there are. */
function shortened(said: readonly string[]): string {
  let text = said[0] ?? '';
  let count = 1;
  while (count < said.length && text.length + (said[count] as string).length <= vectorWordsMost)
    text += `; ${said[count++]}`;
  return count >= said.length ? text : `${text}; and ${said.length - count} more`;
}

function whyNotJudged(
  { type, values, unjudged, calm }: Measured,
  rows: { readonly reference: number; readonly current: number },
): { readonly because: NotJudged; readonly why: string } | undefined {
  const counts = values ?? rows;
  const inCurrent = counts.current <= counts.reference;
  const fewest = inCurrent ? counts.current : counts.reference;
  const twoSided = type !== 'only_in_current' && type !== 'only_in_reference';
  if (twoSided && fewest < rowsToJudge) {
    const what = fewest === (inCurrent ? rows.current : rows.reference) ? 'row' : 'usable value';
    const side = inCurrent ? 'current data' : 'reference';
    const why = `only ${fewest} ${what}${fewest === 1 ? '' : 's'} in the ${side}; ${rowsToJudge} are needed to judge`;
    return { because: 'too_few_rows', why };
  }
  return unjudged === true ? { because: 'nothing_to_compare', why: calm } : undefined;
}

/** A number JSON cannot hold is said to be none. */
function finite(statistics: Readonly<Record<string, Statistic>>): Record<string, Statistic> {
  return Object.fromEntries(
    Object.entries(statistics).map(([name, one]) => [
      name,
      one.value === null || Number.isFinite(one.value) ? one : { value: null, reason: 'too large for a double' },
    ]),
  );
}
