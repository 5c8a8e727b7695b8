import type { Incident, Model, Timeline, VerdictCounts } from '../../../common/read-model.ts';
import { timeTicks } from '../charts/time-ticks.ts';
import { useWidth } from '../charts/use-width.ts';
import { brief, count, moment, shortCount, shortVersion } from '../format.ts';
import { incidentHref } from '../router.ts';
import { Empty } from './section.tsx';

export interface StreamTimelineProps {
  readonly timeline: Timeline;
  readonly incidents: readonly Incident[];
  readonly models: readonly Model[];
}

/** A lane a verdict, each with its own scale: a few rejected among millions of valid events stay visible. */
const lanes = [
  { verdict: 'valid', height: 64 },
  { verdict: 'coerced', height: 30 },
  { verdict: 'flagged', height: 30 },
  { verdict: 'rejected', height: 30 },
] as const;
const gap = 14;
const left = 78;
const headHeight = 34;
const axisHeight = 22;
/** On less, changes of the champion are told by the version alone. */
const roomForLabels = 450;

export function StreamTimeline({ timeline, incidents, models }: StreamTimelineProps) {
  const { element, width } = useWidth<HTMLDivElement>();
  const { buckets, bucketMs } = timeline;
  const first = buckets[0];
  const last = buckets.at(-1);
  if (first === undefined || last === undefined)
    return (
      <Empty>
        Nothing yet. Events by verdict will stand here over event time, with incidents as bands and changes of the model
        as lines.
      </Empty>
    );
  const fromMs = first.start;
  const toMs = last.start + bucketMs;
  const room = Math.max(1, width - left);
  const x = (ms: number) => left + (room * (Math.min(Math.max(ms, fromMs), toMs) - fromMs)) / (toMs - fromMs);
  const lanesHeight = lanes.reduce((sum, { height }) => sum + height + gap, 0);
  const height = headHeight + lanesHeight + axisHeight;
  const floor = headHeight + lanesHeight;
  return (
    <div ref={element} class="timeline">
      {width > 0 && (
        <svg width={width} height={height}>
          <title>Events by verdict over event time</title>
          {incidents.map((incident) => (
            <Band
              key={incident.id}
              incident={incident}
              from={x(incident.since)}
              to={x(incident.closedAt ?? toMs)}
              height={floor}
            />
          ))}
          {lanes.map((lane, at) => (
            <Lane
              key={lane.verdict}
              verdict={lane.verdict}
              top={headHeight + lanes.slice(0, at).reduce((sum, { height: own }) => sum + own + gap, 0)}
              height={lane.height}
              timeline={timeline}
              x={x}
              width={width}
            />
          ))}
          {changesOf(models).map(({ at, label, version }) => (
            <g key={`${at} ${label}`} class="change">
              <title>{label}</title>
              <line x1={x(at)} x2={x(at)} y1={20} y2={floor} />
              <text
                x={x(at) + (x(at) > width - 170 ? -5 : 5)}
                y={30}
                text-anchor={x(at) > width - 170 ? 'end' : 'start'}
              >
                {room < roomForLabels ? version : label}
              </text>
            </g>
          ))}
          {timeTicks(fromMs, toMs, Math.floor(room / 80)).map(({ at, label }) => (
            <text key={at} class="tick" x={x(at)} y={height - 6}>
              {label}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

interface LaneProps {
  readonly verdict: keyof VerdictCounts;
  readonly top: number;
  readonly height: number;
  readonly timeline: Timeline;
  readonly x: (ms: number) => number;
  readonly width: number;
}

function Lane({ verdict, top, height, timeline, x, width }: LaneProps) {
  const { buckets, bucketMs } = timeline;
  const most = Math.max(...buckets.map((bucket) => bucket[verdict]));
  const base = top + height;
  return (
    <g class={`lane ${verdict}`}>
      <text class="name" x={0} y={base - 12}>
        {verdict}
      </text>
      <text class="scale" x={0} y={base + 1}>
        {most === 0 ? 'none' : `up to ${shortCount(most)}`}
      </text>
      <line class="axis" x1={left} x2={width} y1={base + 0.5} y2={base + 0.5} />
      {most > 0 &&
        buckets.map((bucket) => {
          const tall = (height * bucket[verdict]) / most;
          const from = x(bucket.start);
          const wide = x(bucket.start + bucketMs) - from;
          return (
            <rect
              key={bucket.start}
              x={from}
              width={Math.max(0.6, wide - (wide > 3 ? 1 : 0))}
              y={base - tall}
              height={tall}
            >
              <title>{`${moment(bucket.start)}\n${count(bucket[verdict])} ${verdict}`}</title>
            </rect>
          );
        })}
    </g>
  );
}

interface BandProps {
  readonly incident: Incident;
  readonly from: number;
  readonly to: number;
  readonly height: number;
}

function Band({ incident, from, to, height }: BandProps) {
  return (
    <a
      href={incidentHref(incident.id)}
      class={`band ${incident.state === 'closed' ? 'closed' : 'open'}`}
      aria-label={brief(incident.title)}
    >
      <rect x={from} width={Math.max(3, to - from)} y={0} height={height} />
      <path d={`M${from} 3H${Math.max(from + 3, to)}`} />
      <title>{brief(incident.title)}</title>
    </a>
  );
}

function changesOf(
  models: readonly Model[],
): { readonly at: number; readonly label: string; readonly version: string }[] {
  return models.flatMap(({ model, versions }) =>
    versions.flatMap(({ version, history }) =>
      history
        .filter(({ role }) => role === 'champion')
        .map(({ at }) => ({
          at,
          label: `${models.length > 1 ? `${model} ` : ''}champion ${shortVersion(version)}`,
          version: shortVersion(version),
        })),
    ),
  );
}
