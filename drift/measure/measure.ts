import type { Column } from '../../common/columns.ts';
import type { FeatureField } from '../../common/feature.ts';

/**
 * How a feature of a richer kind is turned into numbers and categories. Fixed when a reference is made and kept in it, so that
 * every event is measured as the reference was.
 */
export type Measure = TextMeasure | IdentifierMeasure | VectorMeasure | TimestampMeasure;

/** `length`, `tokens`, `unknown` and `garbled` of texts. */
export interface TextMeasure {
  readonly kind: 'text';
  readonly feature: string;
  /** The most frequent words of a part of the reference, at most `vocabularyMax`, the most frequent first. */
  readonly vocabulary: readonly string[];
}

/** `length` and `pattern` of identifiers. */
export interface IdentifierMeasure {
  readonly kind: 'identifier';
  readonly feature: string;
  /** `runs`: `ab-12` is `a-9`; `alphabet`: which kinds of characters there are, for identifiers such as hashes. */
  readonly pattern: 'runs' | 'alphabet';
}

/** `norm`, `centroid` and projections of vectors. */
export interface VectorMeasure {
  readonly kind: 'vector';
  readonly feature: string;
  /** The mean of a part of the reference's vectors, shape `[dimension]`. */
  readonly centroid: readonly number[];
}

/** `lag` and `grain` of timestamps. */
export interface TimestampMeasure {
  readonly kind: 'timestamp';
  readonly feature: string;
}

export interface MeasuredColumn {
  readonly field: FeatureField;
  readonly column: Column;
}

/**
 * The measures of a column's first `rows` values, absent where the value is, and where a measure has none (the cosine of a
 * vector of zeros). None at all for a column that is not of the measure's kind. `timesMs` are event times, NaN where unknown.
 */
export type Measurer = (column: Column, rows: number, timesMs: Float64Array) => readonly MeasuredColumn[];
