import { formatDuration } from '../common/duration.ts';
import type { FeatureField } from '../common/feature.ts';
import { suggestion } from '../common/nearest.ts';
import { sliceMsOf } from './detectors.ts';
import type { PipelineConfig } from './schema.ts';

type Say = (path: readonly (string | number)[], reason: string) => void;

const weekMs = 604_800_000;

/** What detectors need: slices that panes add up to, and something to compare with. */
export function checkDetectors(config: PipelineConfig, say: Say): void {
  const { detectors, windows, segments, models, reference } = config;
  const sliceMs = sliceMsOf(config);
  if (sliceMs === undefined || windows.pane <= 0) return;
  detectors.kinds.forEach((kind, at) => {
    if (detectors.kinds.indexOf(kind) < at) say(['detectors', 'kinds', at], `${kind} stands twice`);
  });
  if (models.length === 0 && reference === undefined)
    say(['detectors', 'kinds'], 'there is nothing to compare with: no model and no reference');
  const slice = formatDuration(sliceMs);
  if (sliceMs <= 0 || sliceMs % windows.pane !== 0) {
    say(['detectors', 'slice'], `${slice} is no multiple of windows.pane (${formatDuration(windows.pane)})`);
    return;
  }
  if (weekMs % sliceMs !== 0)
    say(['detectors', 'slice'], `${slice} does not divide a week: expected 15m, 1h or 1d, say`);
  if (detectors.segments !== true) return;
  if (segments.length === 0) say(['detectors', 'segments'], 'there are no segments to watch');
  const broken = segments.find(({ pane = windows.pane }) => sliceMs % pane !== 0);
  if (broken !== undefined) {
    const pane = formatDuration(broken.pane ?? windows.pane);
    say(
      ['detectors', 'segments'],
      `a slice of ${slice} has no whole panes of the segments by ${broken.by.join(', ')} (${pane}); write a longer slice, or a shorter pane there`,
    );
  }
}

export function checkDetectedFeatures(
  { detectors }: PipelineConfig,
  features: readonly FeatureField[],
  say: Say,
): void {
  const names = features.map(({ name }) => name);
  detectors.features?.forEach((name, at) => {
    if (!names.includes(name) && !name.startsWith('@'))
      say(['detectors', 'features', at], `the contract has no feature ${name}${suggestion(name, names)}`);
  });
}
