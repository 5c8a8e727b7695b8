/** What the contract says of one event. The numbers are what the `verdict` columns of batches and tables hold. */
export const Verdict = {
  /** Nothing to say. */
  VALID: 0,
  /** Accepted after a lossless change of form, such as `"12"` to `12`. */
  COERCED: 1,
  /** Accepted and marked: a value outside its range or domain, or the like. */
  FLAGGED: 2,
  /** Not accepted: goes to the dead letters with its reason. */
  REJECTED: 3,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export const verdictNames = ['valid', 'coerced', 'flagged', 'rejected'] as const;
export type VerdictName = (typeof verdictNames)[number];
