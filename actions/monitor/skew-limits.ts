import type { ComparisonConfig } from '../../config/schema.ts';
import type { SkewLimits } from '../../drift/judge/judge-skew.ts';

/** The limits of a feature: its own, or those of the features that are not named. */
export function skewLimitsOf({ limits }: ComparisonConfig, feature: string): SkewLimits | undefined {
  const found = limits?.features[feature] ?? limits?.default;
  if (found === undefined) return undefined;
  const { linf, jsDivergence, normalizedAbsDifference } = found;
  return {
    ...(linf === undefined ? {} : { linf }),
    ...(jsDivergence === undefined ? {} : { js_divergence: jsDivergence }),
    ...(normalizedAbsDifference === undefined ? {} : { normalized_abs_difference: normalizedAbsDifference }),
  };
}
