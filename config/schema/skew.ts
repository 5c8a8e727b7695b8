import { z } from 'zod';

const limit = z.number().min(0).max(1).optional();

/** In the units of TensorFlow Data Validation, whose skew_comparator they are. */
export const skewLimitsSchema = z.strictObject({
  linf: limit.describe('text: L-infinity, the largest change of one value (its infinity_norm)'),
  jsDivergence: limit.describe(
    'text and numbers: Jensen-Shannon divergence in bits (its jensen_shannon_divergence); the distance elsewhere is its root',
  ),
  normalizedAbsDifference: limit.describe('text: its normalized_abs_difference, which sees the number of events too'),
});

export const skewSchema = z.strictObject({
  default: skewLimitsSchema.optional().describe('of features that are not named'),
  features: z.record(z.string(), skewLimitsSchema).default({}).describe('by name'),
});

export type SkewConfig = z.output<typeof skewSchema>;
