import type { FeatureField } from '../../common/feature.ts';
import type { ProfiledFeature } from '../../common/profile.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { lagFeature, type ProfilePlan } from '../../consumers/worker/profile-batch.ts';
import { createMeasurer } from '../../drift/measure/create-measurer.ts';
import { genericBinning } from '../../drift/profile/binning.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { createSegmenter } from '../../drift/segment.ts';

/** What the worker counts: the features of the reference in its bins; without one, every feature in bins of any data. */
export function profilePlanOf(
  config: PipelineConfig,
  reference: Reference | undefined,
  fields: readonly FeatureField[],
): ProfilePlan {
  const segmenter = createSegmenter(reference?.segments ?? []);
  return {
    features: reference?.features ?? genericFeatures(fields),
    measurers: new Map((reference?.measures ?? []).map((measure) => [measure.feature, createMeasurer(measure)])),
    paneMs: config.windows.pane,
    segments: reference?.segments ?? [],
    segmenter,
    samplesPerPane: config.samples.perPane,
    segmentPanesMs: segmenter.rules.map((by) => {
      const rule = config.segments.find(
        (one) => one.by.length === by.length && one.by.every((name, at) => name === by[at]),
      );
      return rule?.pane ?? config.windows.pane;
    }),
  };
}

function genericFeatures(fields: readonly FeatureField[]): ProfiledFeature[] {
  const all: FeatureField[] = [...fields, { name: lagFeature, type: 'number' }];
  return all.map(({ name, type }) => ({
    name,
    type,
    binning: genericBinning(type),
    segmentBinning: genericBinning(type),
  }));
}
