/**
 * One thing the contract (or the decoder before it) has against an event. Codes are part of the API: they stand in
 * answers to producers, in `dead_letters.reason` and in `events.violations`. `docs/errors.md` lists them.
 */
export const ViolationCode = {
  /** The bytes are not JSON. */
  JSON_SYNTAX: 'json_syntax',
  /** The bytes are not valid UTF-8. */
  INVALID_UTF8: 'invalid_utf8',
  /** The JSON value is not an object. */
  NOT_AN_OBJECT: 'not_an_object',
  /** A key stands twice in one object, so its value is ambiguous. */
  DUPLICATE_KEY: 'duplicate_key',
  /** Nested deeper than the limit. */
  TOO_DEEP: 'too_deep',
  /** The event is larger than the limit. */
  EVENT_TOO_LARGE: 'event_too_large',
  /** A text value is longer than the limit. */
  FIELD_TOO_LARGE: 'field_too_large',
  /** The bytes do not begin as the Confluent wire format does: magic byte 0, id of the schema, for Protobuf the message. */
  BAD_FRAME: 'bad_frame',
  /** The bytes are no value of the schema: they end too early, go on too long, or hold what its type cannot. */
  MALFORMED: 'malformed',
  /** The schema that the event names is of another format, cannot be read, or has no such message. */
  SCHEMA_UNUSABLE: 'schema_unusable',
  /** The registry has not known the schema that the event names for as long as the pipeline was told to wait. */
  SCHEMA_UNKNOWN: 'schema_unknown',
  /** JSON that its JSON Schema does not allow. */
  SCHEMA_VIOLATED: 'schema_violated',
  /** A required value is absent, null or an empty text. */
  MISSING: 'missing',
  /** The value is of another type and cannot be converted without loss. */
  TYPE_MISMATCH: 'type_mismatch',
  /** The value was converted without loss (verdict coerced). */
  COERCED: 'coerced',
  /** NaN or an infinity, as a number or as text, where a finite number is needed. */
  NOT_FINITE: 'not_finite',
  /** A number a double cannot hold: an integer beyond 2^53 or a magnitude beyond 1.8e308. */
  PRECISION_LOST: 'precision_lost',
  /** A number outside its range. */
  OUT_OF_RANGE: 'out_of_range',
  /** A value outside its domain. */
  NOT_IN_DOMAIN: 'not_in_domain',
  /** A text outside its length limits or not matching its pattern. */
  BAD_TEXT: 'bad_text',
  /** The event time is absent or in no form we know. */
  BAD_TIME: 'bad_time',
  /** The event time is further in the past or future than the pipeline accepts. */
  TIME_OUT_OF_RANGE: 'time_out_of_range',
  /** A rule across features does not hold. */
  RULE: 'rule',
  /** A field the contract does not know (only where the contract forbids it). */
  UNKNOWN_FIELD: 'unknown_field',
  /** The same id stood in an earlier event of the partition (verdict flagged; not scored or profiled again). */
  DUPLICATE_ID: 'duplicate_id',
  /** The validator itself failed on the event: a bug of ours; the event is kept as a dead letter. */
  INTERNAL: 'internal',
} as const;
export type ViolationCode = (typeof ViolationCode)[keyof typeof ViolationCode];

/** Codes that leave an accepted event without a usable value for the feature: it was there, and is counted as invalid. */
export const unusableCodes: ReadonlySet<ViolationCode> = new Set([
  ViolationCode.TYPE_MISMATCH,
  ViolationCode.NOT_FINITE,
  ViolationCode.PRECISION_LOST,
]);

export interface Violation {
  readonly code: ViolationCode;
  /** Where in the event, as a JSON pointer; the empty text is the whole event. */
  readonly path: string;
  /** For people: what was expected and what was found. */
  readonly message: string;
  /** The offending value as text, cut to 200 characters. */
  readonly value?: string;
}
