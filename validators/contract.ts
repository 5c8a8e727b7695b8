import type { FeatureField, FeatureType } from '../common/feature.ts';

/** What happens to an event that breaks a constraint. */
export type Otherwise = 'flag' | 'reject';

/** What an event must look like. */
export interface Contract {
  readonly name: string;
  readonly version: number;
  readonly description?: string;
  /** Fields that no feature reads. Those of the envelope (id, time, ...) are known to the pipeline, not to the contract. */
  readonly unknownFields: 'ignore' | Otherwise;
  readonly features: readonly ContractFeature[];
  readonly rules: readonly ContractRule[];
}

export interface ContractFeature extends FeatureField {
  readonly type: FeatureType;
  readonly description?: string;
  /** JSON pointer; of a derived feature `/NAME`, where nothing is read. */
  readonly path: string;
  /** The value has to be there: not absent, not null, no empty text. */
  readonly required: boolean;
  /** What the absence of a required value does; default reject. */
  readonly onMissing?: Otherwise;
  /** A value of another type that cannot be converted without loss: `flag` accepts the event without the value. */
  readonly onTypeMismatch: Otherwise;
  /** Values it may have; numbers as they are written. */
  readonly domain?: { readonly values: readonly string[]; readonly otherwise: Otherwise };
  /** Both ends belong to the range; of a vector, of each of its components. */
  readonly min?: number;
  readonly max?: number;
  /** Unicode characters. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A JavaScript regular expression (flag u) that matches somewhere in the text; see `checkPattern` for what is refused. */
  readonly pattern?: string;
  /** What breaking the range, the length or the pattern does. */
  readonly otherwise: Otherwise;
  /** Computed from another feature instead of read from the event. */
  readonly derive?: { readonly kind: DeriveKind; readonly from: string };
}

/** Hour 0 to 23 and weekday 0 (Monday) to 6, both in UTC. */
export const deriveKinds = ['hourOf', 'weekdayOf'] as const;
export type DeriveKind = (typeof deriveKinds)[number];

/** Must not be false. What depends on an absent value is neither true nor false. */
export interface ContractRule {
  readonly name: string;
  /** An expression over features, see `parseExpression`. */
  readonly require: string;
  readonly otherwise: Otherwise;
}
