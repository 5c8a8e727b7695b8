import type { FastifyInstance } from 'fastify';
import { parseDurationMs } from '../../common/duration.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { HttpServerOptions, OperatorActions } from './options.ts';
import { problemSchema } from './problem.ts';

interface ActionBody {
  readonly note?: string;
  readonly duration?: string;
}
type Params = Readonly<Record<string, string>>;

interface ActionRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly params: readonly string[];
  readonly run: (actions: OperatorActions, params: Params, body: ActionBody) => Promise<void>;
}

const routes: readonly ActionRoute[] = [
  {
    path: '/incidents/:id/acknowledge',
    operationId: 'acknowledgeIncident',
    summary: 'Somebody looks at it: no further alerts',
    params: ['id'],
    run: (actions, { id = '' }, { note = '' }) => actions.acknowledge(id, note),
  },
  {
    path: '/incidents/:id/snooze',
    operationId: 'snoozeIncident',
    summary: 'No alerts for a while',
    params: ['id'],
    run: (actions, { id = '' }, { note = '', duration = '24h' }) => {
      const durationMs = parseDurationMs(duration);
      if (durationMs === undefined)
        throw new TidemarkError(ErrorCode.CONFIG_INVALID, `${duration} is no duration`, {
          cure: 'Write one such as 30m, 6h or 7d',
        });
      return actions.snooze(id, durationMs, note);
    },
  },
  {
    path: '/incidents/:id/close',
    operationId: 'closeIncident',
    summary: 'It is over',
    params: ['id'],
    run: (actions, { id = '' }, { note = '' }) => actions.close(id, note),
  },
  {
    path: '/models/:model/versions/:version/promote',
    operationId: 'promoteVersion',
    summary: 'Make the version champion',
    params: ['model', 'version'],
    run: (actions, { model = '', version = '' }, { note = '' }) => actions.promote(model, version, note),
  },
  {
    path: '/models/:model/rollback',
    operationId: 'rollbackModel',
    summary: 'Make the champion before this one champion again',
    params: ['model'],
    run: (actions, { model = '' }, { note = '' }) => actions.rollback(model, note),
  },
];

/** `POST /v1/pipelines/{pipeline}/...`: what an operator decides. The body may be left out. */
export function registerActionRoutes(app: FastifyInstance, options: HttpServerOptions): void {
  for (const route of routes) {
    const names = ['pipeline', ...route.params];
    app.post<{ Params: Params; Body: ActionBody | undefined }>(
      `/v1/pipelines/:pipeline${route.path}`,
      {
        schema: {
          operationId: route.operationId,
          summary: route.summary,
          tags: ['operators'],
          params: {
            type: 'object',
            required: names,
            properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
          },
          body: {
            type: ['object', 'null'],
            properties: {
              note: { type: 'string', maxLength: 2000, description: 'why; kept in the log' },
              duration: { type: 'string', description: 'snooze only, such as 6h; default 24h' },
            },
            additionalProperties: false,
          },
          response: {
            200: { type: 'object', required: ['done'], properties: { done: { const: true } } },
            400: problemSchema,
            404: problemSchema,
            503: problemSchema,
          },
        } as object,
      },
      async (request) => {
        if (request.params['pipeline'] !== options.pipeline)
          throw new TidemarkError(ErrorCode.NOT_FOUND, `there is no pipeline ${request.params['pipeline']} here`);
        await route.run(options.actions, request.params, request.body ?? {});
        return { done: true };
      },
    );
  }
}
