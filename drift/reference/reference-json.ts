import { featureTypes } from '../../common/feature.ts';
import type { SliceModel } from '../detect/slice-model.ts';
import {
  type JointDocument,
  jointFromJson,
  jointToJson,
  type SampleDocument,
  sampleFromJson,
  sampleToJson,
} from '../joint/joint-json.ts';
import type { Measure } from '../measure/measure.ts';
import { binningFromJson, binningToJson } from '../profile/binning-json.ts';
import { emptyProfile } from '../profile/merge.ts';
import type { Binning, Profile, ProfiledFeature } from '../profile/profile.ts';
import { massKinds } from './divergence.ts';
import {
  againstKinds,
  type ComparisonNull,
  contentOf,
  type NullContent,
  type NullSeries,
  type Reference,
  referenceOf,
} from './reference.ts';
import { seasonCount } from './season.ts';
import type { Tail } from './tail.ts';

/** Grows with the form of the document; another one is refused. */
const format = 1;

type Sparse = readonly [gaps: readonly number[], counts: readonly number[]];

interface ProfileDocument {
  readonly c: readonly number[];
  readonly b: Sparse;
  readonly u?: readonly (readonly [string, number])[];
  readonly d?: readonly (readonly [number, number])[];
}

interface SeriesDocument {
  readonly w: number;
  /** By kind of comparison. */
  readonly h: readonly Sparse[];
  /** Inflation and largest of each mass; absent where all are 1 and 0. */
  readonly m?: readonly number[];
  /** Under comparisons with earlier windows; absent where none were asked for, as in the first references. */
  readonly e?: readonly EarlierDocument[];
}

type EarlierDocument = readonly [comparison: string, windows: number, habit: Sparse, masses: readonly number[]];

interface Document {
  readonly format: number;
  readonly id: string;
  readonly origin: string;
  readonly spanMs: number;
  readonly rows: number;
  readonly features: readonly {
    readonly name: string;
    readonly type: string;
    readonly binnings: readonly string[];
    readonly of?: string;
    readonly presenceOnly?: boolean;
  }[];
  readonly segments: readonly string[];
  /** Absent where no feature is measured. */
  readonly measures?: readonly Measure[];
  /** `[segment]`, with all events first; then `[feature]`. */
  readonly profiles: readonly (readonly (ProfileDocument | null)[])[];
  readonly nulls: readonly {
    readonly windowMs: number;
    readonly windows: number;
    readonly series: readonly (readonly (SeriesDocument | null)[])[];
    readonly tails: readonly (readonly [string, Tail])[];
  }[];
  /** Absent where the reference was made without. */
  readonly slices?: {
    readonly sliceMs: number;
    readonly models: readonly (readonly [string, SliceModel])[];
    /** Absent in documents from before segments were watched. */
    readonly segments?: readonly (readonly [string, readonly (readonly [string, SliceModel])[]])[];
  };
  /** Absent in documents that were made before there were samples. */
  readonly sample?: SampleDocument;
  readonly joint?: JointDocument;
}

/** The reference as one JSON text; counts are sparse, null statistics have four significant digits. */
export function referenceToJson(reference: Reference): string {
  const content = contentOf(reference);
  const keys = ['', ...content.segments];
  const rowOf = <In, Out>(map: ReadonlyMap<string, ReadonlyMap<string, In>>, encode: (value: In) => Out) =>
    keys.map((segment) =>
      content.features.map(({ name }) => {
        const value = map.get(segment)?.get(name);
        return value === undefined ? null : encode(value);
      }),
    );
  const document: Document = {
    format,
    id: content.id,
    origin: content.origin,
    spanMs: content.spanMs,
    rows: content.rows,
    features: content.features.map(({ name, type, binning, segmentBinning, ...counting }) => ({
      name,
      type,
      binnings: [binningToJson(binning), binningToJson(segmentBinning)],
      ...counting,
    })),
    segments: content.segments,
    ...(content.measures.length === 0 ? {} : { measures: content.measures }),
    profiles: rowOf(content.profiles, encodeProfile),
    nulls: content.nulls.map(({ windowMs, windows, series, tails }) => ({
      windowMs,
      windows,
      series: rowOf(series, encodeSeries),
      tails: [...tails],
    })),
    ...(content.slices === undefined
      ? {}
      : {
          slices: {
            sliceMs: content.slices.sliceMs,
            models: [...content.slices.models],
            segments: [...content.slices.segments].map(([segment, models]) => [segment, [...models]] as const),
          },
        }),
    ...(content.sample === undefined ? {} : { sample: sampleToJson(content.sample) }),
    ...(content.joint === undefined ? {} : { joint: jointToJson(content.joint) }),
  };
  return JSON.stringify(document);
}

/**
 * The inverse of {@link referenceToJson}; judgements by the copy are those of the original up to the digits kept.
 * @throws Error where the text is no reference of this format
 */
export function referenceFromJson(text: string): Reference {
  const document = JSON.parse(text) as Document;
  if (document.format !== format)
    throw new Error(`a reference of format ${format} is expected, this has ${String(document.format)}`);
  const features = document.features.map(({ name, type, binnings, ...counting }): ProfiledFeature => {
    const known = featureTypes.find((candidate) => candidate === type);
    if (known === undefined) throw new Error(`the feature ${name} has the unknown type ${type}`);
    const [binning, segmentBinning] = binnings.map(binningFromJson) as [Binning, Binning];
    return { name, type: known, binning, segmentBinning, ...counting };
  });
  const keys = ['', ...document.segments];
  const mapOf = <In, Out>(
    rows: readonly (readonly (In | null)[])[],
    decode: (value: In, feature: ProfiledFeature, segment: string) => Out,
  ): Map<string, Map<string, Out>> =>
    new Map(
      keys.map((segment, at) => [
        segment,
        new Map(
          features.flatMap((feature, featureAt): readonly (readonly [string, Out])[] => {
            const value = rows[at]?.[featureAt];
            return value === null || value === undefined ? [] : [[feature.name, decode(value, feature, segment)]];
          }),
        ),
      ]),
    );
  return referenceOf({
    id: document.id,
    origin: document.origin,
    spanMs: document.spanMs,
    rows: document.rows,
    features,
    segments: document.segments,
    measures: document.measures ?? [],
    profiles: mapOf(document.profiles, (value, { binning, segmentBinning }, segment) =>
      decodeProfile(value, segment === '' ? binning : segmentBinning),
    ),
    nulls: document.nulls.map(
      ({ windowMs, windows, series, tails }): NullContent => ({
        windowMs,
        windows,
        series: mapOf(series, (value) => decodeSeries(value, seasonCount(windowMs))),
        tails: new Map(tails),
      }),
    ),
    ...(document.slices === undefined
      ? {}
      : {
          slices: {
            sliceMs: document.slices.sliceMs,
            models: new Map(document.slices.models),
            segments: new Map((document.slices.segments ?? []).map(([segment, models]) => [segment, new Map(models)])),
          },
        }),
    ...(document.sample === undefined ? {} : { sample: sampleFromJson(document.sample) }),
    ...(document.joint === undefined ? {} : { joint: jointFromJson(document.joint) }),
  });
}

function encodeProfile(profile: Profile): ProfileDocument {
  const { n, missing, invalid, zero, nan, posInf, negInf, min, max, sumZ, sumZ2, unseen } = profile;
  const finite = min <= max ? [min, max] : [];
  const names = [...profile.unseenValues];
  return {
    c: [n, missing, invalid, zero, nan, posInf, negInf, sumZ, sumZ2, unseen, ...finite],
    b: toSparse(profile.bins),
    ...(names.length === 0 ? {} : { u: names }),
    ...(profile.distinct.size === 0 ? {} : { d: [...profile.distinct] }),
  };
}

function decodeProfile(document: ProfileDocument, binning: Binning): Profile {
  const [n, missing, invalid, zero, nan, posInf, negInf, sumZ, sumZ2, unseen, min, max] = document.c;
  const profile = emptyProfile(binning);
  fromSparse(document.b, profile.bins);
  return {
    ...profile,
    n: n ?? 0,
    missing: missing ?? 0,
    invalid: invalid ?? 0,
    zero: zero ?? 0,
    nan: nan ?? 0,
    posInf: posInf ?? 0,
    negInf: negInf ?? 0,
    sumZ: sumZ ?? 0,
    sumZ2: sumZ2 ?? 0,
    unseen: unseen ?? 0,
    min: min ?? profile.min,
    max: max ?? profile.max,
    unseenValues: new Map(document.u ?? []),
    distinct: new Map(document.d ?? []),
  };
}

type Masses = NullSeries['masses'];

/** None where the shares are constant. */
function encodeMasses(masses: Masses): readonly number[] {
  const numbers = massKinds.flatMap((kind) => [short(masses[kind].inflation), short(masses[kind].largest)]);
  return numbers.every((value, at) => value === (at % 2 === 0 ? 1 : 0)) ? [] : numbers;
}

function decodeMasses(numbers: readonly number[]): Masses {
  const mass = (at: number) => ({ inflation: numbers[2 * at] ?? 1, largest: numbers[2 * at + 1] ?? 0 });
  return { missing: mass(0), invalid: mass(1), unseen: mass(2) };
}

function encodeSeries({ windows, habit, masses, earlier }: NullSeries): SeriesDocument {
  const numbers = encodeMasses(masses);
  const under = [...earlier].map(([comparison, one]): EarlierDocument => {
    return [comparison, one.windows, toSparse(one.habit.map(short)), encodeMasses(one.masses)];
  });
  return {
    w: windows,
    h: againstKinds.map((kind) => toSparse(habit[kind].map(short))),
    ...(numbers.length === 0 ? {} : { m: numbers }),
    ...(under.length === 0 ? {} : { e: under }),
  };
}

function decodeSeries({ w, h, m = [], e = [] }: SeriesDocument, seasons: number): NullSeries {
  const habitOf = (sparse: Sparse | undefined): Float64Array => {
    const values = new Float64Array(seasons);
    fromSparse(sparse ?? [[], []], values);
    return values;
  };
  const earlier = e.map(([comparison, windows, habit, masses]): [string, ComparisonNull] => {
    return [comparison, { windows, habit: habitOf(habit), masses: decodeMasses(masses) }];
  });
  return {
    windows: w,
    habit: { training: habitOf(h[0]), previous: habitOf(h[1]) },
    masses: decodeMasses(m),
    earlier: new Map(earlier),
  };
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}

/** Distances from one filled place to the next (the first from -1), and what stands there. */
function toSparse(values: Float64Array): Sparse {
  const gaps: number[] = [];
  const counts: number[] = [];
  let last = -1;
  values.forEach((value, at) => {
    if (value === 0) return;
    gaps.push(at - last);
    counts.push(value);
    last = at;
  });
  return [gaps, counts];
}

function fromSparse([gaps, counts]: Sparse, into: Float64Array): void {
  let at = -1;
  gaps.forEach((gap, index) => {
    at += gap;
    into[at] = counts[index] ?? 0;
  });
}
