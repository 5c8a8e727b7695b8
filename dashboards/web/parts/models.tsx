import { useMemo, useState } from 'preact/hooks';
import type { Model, ModelVersion, PerformancePoint } from '../../../common/read-model.ts';
import { type Line, LineChart } from '../charts/line-chart.tsx';
import { briefAction, moment, prose, shortDay, shortVersion } from '../format.ts';
import { roleSince } from '../role-since.ts';
import { Evidence } from './evidence.tsx';
import { ModelActions } from './model-actions.tsx';
import { Empty } from './section.tsx';
import { Origin } from './version-origin.tsx';

export interface ModelsProps {
  readonly models: readonly Model[];
  readonly performance: readonly PerformancePoint[];
}

export function Models({ models, performance }: ModelsProps) {
  if (models.length === 0)
    return (
      <Empty>
        None. A registered model stands here with its versions, how they do on labelled events, and why each took its
        role.
      </Empty>
    );
  return (
    <>
      {models.map((model) => (
        <OneModel key={model.model} model={model} points={performance.filter((point) => point.model === model.model)} />
      ))}
    </>
  );
}

const versionsShown = 4;

function OneModel({ model, points }: { readonly model: Model; readonly points: readonly PerformancePoint[] }) {
  const [all, setAll] = useState(false);
  const challengers = model.versions.filter(({ role }) => role === 'challenger' || role === 'canary');
  return (
    <div class="model">
      <p class="roles">
        <b>{model.model}</b>
        <span class="role champion">
          {model.champion === null ? 'no champion' : `champion ${shortVersion(model.champion)}`}
        </span>
        {challengers.map(({ version, role }) => (
          <span key={version} class={`role ${role}`}>
            {role} {shortVersion(version)}
          </span>
        ))}
      </p>
      <LogLoss points={points} />
      <ol class="versions">
        {model.versions.slice(0, all ? undefined : versionsShown).map((version) => (
          <Version key={version.version} version={version} />
        ))}
        {!all && model.versions.length > versionsShown && (
          <li class="rest">
            <button type="button" onClick={() => setAll(true)}>
              {model.versions.length - versionsShown} older ones
            </button>
          </li>
        )}
      </ol>
      <ModelActions model={model} />
    </div>
  );
}

function LogLoss({ points }: { readonly points: readonly PerformancePoint[] }) {
  const { times, lines } = useMemo(() => linesOf(points), [points]);
  if (points.length === 0)
    return <Empty>Log-loss on labelled events will stand here once true outcomes have come in.</Empty>;
  return (
    <>
      <LineChart
        label="Log-loss on labelled events, champion and challenger"
        times={times}
        height={150}
        lines={lines}
      />
      <p class="hush small">
        Log-loss on labelled events, lower is better: <span class="key-line strong">champion</span>
        {lines.length > 1 && <span class="key-line second">challenger</span>}
      </p>
    </>
  );
}

/** The log-loss of a handful of events, of the hours in which versions change, would set the scale of all. */
const eventsDrawn = 30;

function linesOf(points: readonly PerformancePoint[]): {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
} {
  const times = [...new Set(points.map(({ windowStart }) => windowStart))].sort((a, b) => a - b);
  const placeOf = new Map(times.map((time, place) => [time, place]));
  const valuesOf = (wanted: (slot: string) => boolean): (number | null)[] => {
    const values: (number | null)[] = times.map(() => null);
    for (const { slot, windowStart, logLoss, n } of points)
      if (wanted(slot) && n >= eventsDrawn) values[placeOf.get(windowStart) as number] = logLoss;
    return values;
  };
  const champion: Line = { label: 'champion', values: valuesOf((slot) => slot === 'champion'), look: 'strong' };
  const values = valuesOf((slot) => slot !== 'champion');
  const hasChallenger = values.some((value) => value !== null);
  return { times, lines: hasChallenger ? [champion, { label: 'challenger', values, look: 'second' }] : [champion] };
}

function Version({ version }: { readonly version: ModelVersion }) {
  const { role, registeredAt, history } = version;
  const last = history.at(-1);
  const since = roleSince(version);
  return (
    <li>
      <details>
        <summary>
          version {shortVersion(version.version)} <span class={`role ${role}`}>{role}</span>
          <small>
            {registeredAt !== null && `registered ${shortDay(registeredAt)}`}
            {since !== null && since !== registeredAt && `, ${role} since ${shortDay(since)}`}
          </small>
          {last?.why != null && <small class="reason">{reasonOf(last.why)}</small>}
        </summary>
        <p class="hush small">{version.version}</p>
        <ol class="log">
          {history.map((entry, at) => (
            <li key={at}>
              <time>{moment(entry.at)}</time>
              <b>{entry.role ?? (entry.decision === null ? entry.kind : `compared: ${entry.decision}`)}</b>
              {saysMore(version, at) && (
                <span>
                  {entry.why === null ? '' : prose(entry.why)}
                  <Evidence evidence={entry.evidence} />
                </span>
              )}
            </li>
          ))}
        </ol>
        <Origin version={version} />
      </details>
    </li>
  );
}

/** `A against B: better by 0.01 log-loss (...)` as `better by 0.01 log-loss`: which versions they are stands beside it. */
function reasonOf(why: string): string {
  return briefAction(why).replace(/^\S+ against \S+: /, '');
}

/** A comparison and the change of role it led to give the same reason: once is enough. */
function saysMore({ history }: ModelVersion, at: number): boolean {
  return history[at]?.why !== history[at - 1]?.why;
}
