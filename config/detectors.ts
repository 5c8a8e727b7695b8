import type { PipelineConfig } from './schema.ts';

const leastSliceMs = 900_000;

/** How long the slices are that detectors count, ms; undefined where no detector is asked for. */
export function sliceMsOf({ detectors, windows }: Pick<PipelineConfig, 'detectors' | 'windows'>): number | undefined {
  if (detectors.kinds.length === 0) return undefined;
  return detectors.slice ?? Math.ceil(leastSliceMs / windows.pane) * windows.pane;
}

/** Rules of segments whose panes add up to slices, by their index: those that can be watched. */
export function watchedRules(config: Pick<PipelineConfig, 'detectors' | 'windows' | 'segments'>): readonly number[] {
  const sliceMs = sliceMsOf(config);
  if (sliceMs === undefined || config.detectors.segments === false) return [];
  return config.segments.flatMap(({ pane = config.windows.pane }, at) => (sliceMs % pane === 0 ? [at] : []));
}
