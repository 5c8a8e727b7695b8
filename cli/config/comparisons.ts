import { jointWindowMs } from '../../actions/monitor/joint-round.ts';
import { formatDuration } from '../../common/duration.ts';
import { overTimeName } from '../../common/over-time.ts';
import { nameOf } from '../../config/comparison.ts';
import { sliceMsOf, watchedRules } from '../../config/detectors.ts';
import type { ComparisonConfig, PipelineConfig } from '../../config/schema.ts';

/** What judges, under the name that judgements and incidents have it by. */
export interface NamedComparison {
  readonly name: string;
  /** What it does not share with others of its kind; may be empty. */
  readonly what: string;
}

export interface Judging {
  readonly drift: readonly NamedComparison[];
  readonly detectors: readonly NamedComparison[];
  /** Of several features at once. */
  readonly joint: NamedComparison | undefined;
}

export function judgingOf(config: PipelineConfig): Judging {
  return {
    drift: config.drift.map((comparison) => ({ name: nameOf(comparison), what: restrictionsOf(comparison, config) })),
    detectors: detectorsOf(config),
    joint: jointOf(config),
  };
}

type Limits = NonNullable<ComparisonConfig['limits']>;

function restrictionsOf(comparison: ComparisonConfig, { segments }: PipelineConfig): string {
  const parts: string[] = [];
  if (comparison.features !== undefined) parts.push(only(comparison.features));
  if (segments.length > 0 && !comparison.segments) parts.push('without segments');
  if (comparison.limits !== undefined) parts.push(`limits: ${limitsText(comparison.limits)}`);
  return parts.join('; ');
}

function limitsText({ features, default: others }: Limits): string {
  const all = Object.entries(features).map(([feature, limits]) => `${feature} ${oneLimit(limits)}`);
  if (others !== undefined) all.push(`${all.length === 0 ? 'all' : 'all others'} ${oneLimit(others)}`);
  return all.length === 0 ? 'none' : all.join(', ');
}

function oneLimit(limits: Limits['features'][string]): string {
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  return given.length === 0 ? 'none' : given.map(([name, limit]) => `${name} ${limit}`).join(' ');
}

function detectorsOf(config: PipelineConfig): NamedComparison[] {
  const sliceMs = sliceMsOf(config);
  if (sliceMs === undefined) return [];
  const { kinds, features } = config.detectors;
  const watched = watchedRules(config).map((at) => config.segments[at]?.by.join(' and '));
  const parts: string[] = [];
  if (features !== undefined) parts.push(only(features));
  if (watched.length > 0) parts.push(`segments by ${watched.join(', ')} too`);
  else if (config.segments.length > 0) parts.push('without segments');
  return kinds.map((kind) => ({ name: overTimeName(kind, formatDuration(sliceMs)), what: parts.join('; ') }));
}

function jointOf({ joint, drift }: PipelineConfig): NamedComparison | undefined {
  const windowMs = jointWindowMs(joint, drift);
  const home = drift.find(({ against, window }) => against === 'training' && window === windowMs);
  if (joint === undefined || home === undefined) return undefined;
  return { name: nameOf(home), what: joint.features === undefined ? '' : only(joint.features) };
}

function only(features: readonly string[]): string {
  return `only ${features.join(', ')}`;
}
