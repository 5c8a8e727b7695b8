import { isOverTime } from '../../common/over-time.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { isNamed } from './alarm.ts';
import type { Cluster } from './cluster.ts';
import { type CauseKind, isOfValues } from './incident.ts';
import { isOperational } from './operational.ts';
import type { OpenIncident } from './state.ts';

/** Of what began at once in one feature: no story yet, or a rival one about its values. */
export function mayBeCalled(known: CauseKind, told: CauseKind): boolean {
  return !isNamed(known) || (isOfValues(known) && isOfValues(told));
}

export function sharesFeature({ incident }: OpenIncident, { feature }: Judgement): boolean {
  return incident.features.includes(feature);
}

/** Whether what began at `sinceMs` began with the incident, give or take `slackMs`. */
export function atOnce({ incident }: OpenIncident, sinceMs: number, slackMs: number): boolean {
  return sinceMs >= incident.since - slackMs && sinceMs <= incident.openedAt + slackMs;
}

export function latestFirst(open: readonly OpenIncident[]): OpenIncident[] {
  return open.toSorted((a, b) => b.incident.openedAt - a.incident.openedAt);
}

/**
 * The open incident that windows of another comparison have made of the same fault: it began at once, has a feature of the
 * group, and the same cause, or one of the two has no name, or both are stories about the values. A model that got worse is another matter.
 */
export function foundElsewhere(
  cluster: Pick<Cluster, 'cause' | 'causeKey' | 'alarms'>,
  open: readonly OpenIncident[],
  slackMs: number,
): OpenIncident | undefined {
  if (cluster.cause === 'performance') return undefined;
  const since = Math.min(...cluster.alarms.map((alarm) => alarm.since));
  const candidates = latestFirst(open).filter(
    (one) =>
      !isOverTime(one.incident.comparison) &&
      !isOperational(one) &&
      one.incident.cause !== 'performance' &&
      atOnce(one, since, slackMs) &&
      cluster.alarms.some(({ judgement }) => sharesFeature(one, judgement)),
  );
  return (
    candidates.find(({ causeKey }) => causeKey === cluster.causeKey) ??
    candidates.find(({ incident }) => !isNamed(cluster.cause) || mayBeCalled(incident.cause, cluster.cause))
  );
}
