import { acknowledgeIncident, closeIncident, snoozeIncident } from '../../actions/incidents/manual.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { type Logger, systemClock } from '../../common/ports.ts';
import { buildConsole } from '../../dashboards/web/build.ts';
import type { OperatorActions } from '../../serving/http/options.ts';
import { createServer, type HttpServer } from '../../serving/http/server.ts';
import { assignRole, rollback } from '../../serving/registry/transitions.ts';
import { createReadModel } from '../../store/read-model.ts';
import type { Runtime } from './runtime.ts';

export interface ServeOptions {
  readonly runtime: Runtime;
  readonly metrics: { text(): Promise<string> };
  readonly logger: Logger;
}

/** The API and the console beside a worker and a monitor of this process. */
export async function serve({
  runtime,
  metrics,
  logger,
}: ServeOptions): Promise<{ readonly server: HttpServer; readonly url: string }> {
  const { base } = runtime;
  const { config } = base.file;
  const server = createServer({
    pipeline: config.pipeline,
    host: config.server.host,
    port: config.server.port,
    console: await buildConsole(),
    readModel: createReadModel((sql, params) => base.store.query(sql, params), base.store.database),
    intakes: new Map(runtime.intake === undefined ? [] : [[config.pipeline, runtime.intake]]),
    metrics,
    actions: operatorActions(runtime),
    live: runtime.live,
    logger,
    clock: systemClock,
    storeUp: base.storeUp,
  });
  const { url } = await server.start();
  return { server, url };
}

function operatorActions({ base, monitor, models, live }: Runtime): OperatorActions {
  const decide = async (id: string, change: Parameters<typeof monitor.manual>[0]): Promise<void> => {
    if (await monitor.manual(change)) return;
    throw new TidemarkError(ErrorCode.NOT_FOUND, `there is no open incident ${id}`, {
      cure: 'List them with: tidemark incidents',
    });
  };
  const by = (note: string) => (note === '' ? 'console' : note);
  const changeRole = async (model: string, entries: Parameters<typeof base.registry.append>[0]): Promise<void> => {
    await base.registry.append(entries);
    await models.applyRoutes();
    live.publish({ kind: 'model', subject: model });
  };
  const at = () => Math.max(monitor.state.closedThroughMs, 0);
  return {
    acknowledge: (id, note) => decide(id, (state, nowMs) => acknowledgeIncident(state, id, by(note), nowMs)),
    snooze: (id, durationMs) => decide(id, (state, nowMs) => snoozeIncident(state, id, nowMs + durationMs, nowMs)),
    close: (id) => decide(id, (state, nowMs) => closeIncident(state, id, nowMs)),
    promote: (model, version, note) =>
      changeRole(
        model,
        assignRole(base.registry.state(model), {
          version,
          role: 'champion',
          reason: note || 'promoted by hand',
          atMs: at(),
        }),
      ),
    rollback: (model, note) =>
      changeRole(model, rollback(base.registry.state(model), { reason: note || 'rolled back by hand', atMs: at() })),
  };
}
