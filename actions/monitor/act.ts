import { createHash } from 'node:crypto';
import type { Leadership } from '../../common/leadership.ts';
import { parseCondition } from '../condition.ts';
import type { Incident, IncidentEntry } from '../incidents/incident.ts';
import { recordAction } from '../incidents/manual.ts';
import type { IncidentState } from '../incidents/state.ts';
import type { MonitorOptions } from './monitor.ts';
import { takeOnce } from './outside-action.ts';
import { createAlerter } from './send-alert.ts';
import type { MonitorState } from './state.ts';

/** What taking actions needs of the monitor whose state it changes. */
export interface ActorContext {
  state(): MonitorState;
  change(part: Partial<MonitorState>): void;
  apply(change: { readonly state: IncidentState; readonly entries: readonly IncidentEntry[] }): Promise<void>;
  revision(): number;
  leadership(): Leadership;
}

export interface Actor {
  /** Takes the actions whose condition holds, each once an incident and not within its cooldown. */
  act(incident: Incident, atMs: number): Promise<void>;
  /** Starts anew what failed for an incident that is open still. */
  tryAgain(incidentId: string, atMs: number): Promise<void>;
}

export function createActor(options: MonitorOptions, context: ActorContext): Actor {
  const { config, store, models } = options;
  const actions = config.actions.map((action, index) => ({ ...action, index, condition: parseCondition(action.when) }));
  const sendAlert = createAlerter({ ...options, pipeline: config.pipeline });

  async function act(incident: Incident, atMs: number): Promise<void> {
    if (incident.snoozedUntil !== null && incident.snoozedUntil > atMs) return;
    // Operational incidents live in another time: their cooldowns are their own. Training is no cure for them.
    const operational = incident.kind === 'operational';
    const scope = operational ? 'operational/' : '';
    for (const action of actions) {
      if (!action.condition.test(incident)) continue;
      for (const channel of action.alert ?? []) {
        await once(`${scope}${action.index}/alert/${channel}`, incident, action.cooldown, atMs, () =>
          sendAlert(channel, incident),
        );
      }
      if (action.retrain !== undefined && !operational) {
        const model = action.retrain;
        await once(`${action.index}/retrain/${model}`, incident, action.cooldown, atMs, () =>
          models.retrain({
            model,
            jobId: hash(`${incident.id}/${action.index}/${model}/${atMs}`),
            incidentId: incident.id,
            why: incident.title,
            atMs,
            leadership: context.leadership(),
          }),
        );
      }
    }
  }

  /** A challenger lost while what asked for it goes on: by now there are more labelled events of it. */
  async function tryAgain(incidentId: string, atMs: number): Promise<void> {
    const open = context.state().incidents.open.find(({ incident }) => incident.id === incidentId);
    if (open === undefined) return;
    const others = Object.entries(context.state().actedAtMs).filter(
      ([key]) => !(key.includes('/retrain/') && key.endsWith(`/${incidentId}`)),
    );
    context.change({ actedAtMs: Object.fromEntries(others) });
    await act(open.incident, atMs);
  }

  async function once(
    key: string,
    incident: Incident,
    cooldownMs: number,
    atMs: number,
    work: () => Promise<string>,
  ): Promise<void> {
    const own = `${key}/${incident.id}`;
    const { actedAtMs: before } = context.state();
    const lastMs = before[key];
    if (before[own] !== undefined || (lastMs !== undefined && atMs - lastMs < cooldownMs)) return;
    const sentence = await takeOnce(store, {
      key: hash(`${own}/${atMs}`),
      incidentId: incident.id,
      atMs,
      revision: context.revision(),
      leadership: context.leadership(),
      work,
    });
    const { actedAtMs } = context.state();
    context.change({ actedAtMs: { ...actedAtMs, [own]: atMs, [key]: atMs } });
    await context.apply(recordAction(context.state().incidents, incident.id, sentence, atMs));
  }

  return { act, tryAgain };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
