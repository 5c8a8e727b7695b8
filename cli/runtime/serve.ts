import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { EventIntake } from '../../common/intake.ts';
import { systemClock } from '../../common/ports.ts';
import type { SourceStatus } from '../../common/source.ts';
import { buildConsole } from '../../dashboards/web/build.ts';
import type { OperatorActions } from '../../serving/http/options.ts';
import { createServer, type HttpServer } from '../../serving/http/server.ts';
import type { RegistryEntry } from '../../serving/registry/entry.ts';
import type { RegistryState } from '../../serving/registry/registry.ts';
import { assignRole, rollback } from '../../serving/registry/transitions.ts';
import { createReadModel } from '../../store/read-model.ts';
import type { Decision, IncidentDesk } from './incident-desk.ts';
import { judgingDesk } from './judging-desk.ts';
import type { PartOptions } from './part.ts';
import { byHand } from './registry.ts';

export interface ServeOptions extends Omit<PartOptions, 'metrics'> {
  readonly metrics: { text(): Promise<string> };
  /** Default: as the pipeline file says. */
  readonly port?: number;
  readonly intake: EventIntake | undefined;
  /** How a worker of this process reads from brokers; absent where there is none. */
  readonly sourceStatus?: () => readonly SourceStatus[];
  readonly incidents: IncidentDesk;
  /** Makes a change of roles take effect in this process. */
  readonly applyRoles: () => Promise<void>;
}

/** The API and the console of a pipeline. */
export async function serve(options: ServeOptions): Promise<{ readonly server: HttpServer; readonly url: string }> {
  const { base, metrics, intake, live, logger } = options;
  const { config } = base.file;
  const server = createServer({
    pipeline: config.pipeline,
    host: config.server.host,
    port: options.port ?? config.server.port,
    console: await buildConsole(),
    readModel: createReadModel((sql, params) => base.store.query(sql, params), base.store.database),
    intakes: new Map(intake === undefined ? [] : [[config.pipeline, intake]]),
    ...(options.sourceStatus === undefined ? {} : { intakeSources: options.sourceStatus }),
    metrics,
    actions: operatorActions(options),
    judging: judgingDesk(base),
    live,
    logger,
    clock: systemClock,
    storeUp: base.storeUp,
  });
  const { url } = await server.start();
  return { server, url };
}

function operatorActions({ base, incidents, live, applyRoles }: ServeOptions): OperatorActions {
  const decide = async (decision: Decision): Promise<void> => {
    if (await incidents.decide(decision)) return;
    throw new TidemarkError(ErrorCode.NOT_FOUND, `there is no open incident ${decision.incidentId}`, {
      cure: 'List them with: tidemark incidents',
    });
  };
  const changeRole = async (
    model: string,
    make: (state: RegistryState, atMs: number) => readonly RegistryEntry[],
  ): Promise<void> => {
    const atMs = await incidents.judgedThroughMs();
    await base.registry.change(model, (state) => make(state, atMs), byHand);
    await applyRoles();
    live.publish({ kind: 'model', subject: model });
  };
  return {
    acknowledge: (incidentId, note) =>
      decide({ kind: 'acknowledge', incidentId, argument: note === '' ? 'console' : note }),
    snooze: (incidentId, durationMs) => decide({ kind: 'snooze', incidentId, argument: String(durationMs) }),
    close: (incidentId) => decide({ kind: 'close', incidentId, argument: '' }),
    promote: (model, version, note) =>
      changeRole(model, (state, atMs) =>
        assignRole(state, { version, role: 'champion', reason: note || 'promoted by hand', atMs }),
      ),
    rollback: (model, note) =>
      changeRole(model, (state, atMs) => rollback(state, { reason: note || 'rolled back by hand', atMs })),
  };
}
