import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import {
  deadLetterGroupSchema,
  driftSchema,
  featureViewSchema,
  incidentDetailSchema,
  incidentSchema,
  intakeSourceSchema,
  jobSchema,
  modelSchema,
  performancePointSchema,
  segmentViewSchema,
  summarySchema,
  timelineSchema,
  windowSchema,
} from '../../common/read-model.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { createMemo } from './memo.ts';
import type { HttpServerOptions } from './options.ts';
import { problemSchema } from './problem.ts';

interface ReadRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly answer: z.ZodType;
  readonly params?: readonly string[];
  readonly query?: Readonly<Record<string, { readonly type: string; readonly description: string }>>;
  readonly load: (given: Given) => Promise<unknown>;
}

/** Parameters of the path and of the query, by name. */
type Given = Readonly<Record<string, string | number | undefined>>;

const limit = { type: 'integer', minimum: 1, maximum: 2000, default: 200, description: 'at most so many' };

/** `GET /v1/pipelines/{pipeline}/...`: what the console shows, for programs. */
export function registerReadRoutes(app: FastifyInstance, options: HttpServerOptions): void {
  const memo = createMemo(options.clock);
  const unsubscribe = options.live.subscribe(({ kind }) => {
    // Rare, and people wait to see them; the stream itself may be a moment old.
    if (kind === 'incident' || kind === 'model' || kind === 'job') memo.clear();
  });
  app.addHook('onClose', async () => unsubscribe());
  app.get(
    '/v1/pipeline',
    {
      schema: {
        operationId: 'getPipeline',
        summary: 'The name of the pipeline that this server speaks of',
        tags: ['console'],
        response: {
          200: { type: 'object', required: ['pipeline'], properties: { pipeline: { type: 'string' } } },
        },
      } as object,
    },
    async () => ({ pipeline: options.pipeline }),
  );
  for (const route of readRoutes(options)) {
    const names = ['pipeline', ...(route.params ?? [])];
    app.get<{ Params: Record<string, string>; Querystring: Record<string, string | number> }>(
      `/v1/pipelines/:pipeline${route.path}`,
      {
        schema: {
          operationId: route.operationId,
          summary: route.summary,
          tags: ['console'],
          params: {
            type: 'object',
            required: names,
            properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
          },
          ...(route.query === undefined ? {} : { querystring: { type: 'object', properties: route.query } }),
          response: { 200: jsonSchemaOf(route.answer), 404: problemSchema, 503: problemSchema },
        } as object,
      },
      async (request) => {
        if (request.params['pipeline'] !== options.pipeline)
          throw new TidemarkError(ErrorCode.NOT_FOUND, `there is no pipeline ${request.params['pipeline']} here`, {
            cure: `There is: ${options.pipeline}`,
          });
        const answer = await memo.ask(request.url, () => route.load({ ...request.query, ...request.params }));
        if (answer === undefined)
          throw new TidemarkError(ErrorCode.NOT_FOUND, `nothing is known of ${request.url}`, {
            cure: 'See the lists for what there is',
          });
        return answer;
      },
    );
  }
}

function readRoutes({ readModel, pipeline, intakeSources }: HttpServerOptions): readonly ReadRoute[] {
  const text = (value: string | number | undefined) => (value === undefined ? undefined : String(value));
  return [
    {
      path: '/summary',
      operationId: 'getSummary',
      summary: 'Running totals, how far the stream has come, and whether anything is wrong',
      answer: summarySchema,
      load: async () => ({ pipeline, ...(await readModel.summary()) }),
    },
    {
      path: '/timeline',
      operationId: 'getTimeline',
      summary: 'Events by verdict over event time',
      answer: timelineSchema,
      load: () => readModel.timeline(),
    },
    {
      path: '/intake',
      operationId: 'listIntake',
      summary: 'How the worker of this process reads from Kafka, topic by topic; empty where there is none',
      answer: z.array(intakeSourceSchema),
      load: async () => intakeSources?.() ?? [],
    },
    {
      path: '/windows',
      operationId: 'listWindows',
      summary: 'Judged windows, newest first',
      answer: z.array(windowSchema),
      query: { limit },
      load: ({ limit }) => readModel.windows(Number(limit)),
    },
    {
      path: '/drift',
      operationId: 'getDrift',
      summary: 'Newest judgement of each feature, and features × windows',
      answer: driftSchema,
      query: { limit },
      load: ({ limit }) => readModel.drift(Number(limit)),
    },
    {
      path: '/features/:feature',
      operationId: 'getFeature',
      summary: 'One feature: series of its statistic, one judgement, its histogram against the reference',
      answer: featureViewSchema,
      params: ['feature'],
      query: {
        comparison: { type: 'string', description: 'default: the first that judged it' },
        segment: { type: 'string', description: 'default: all events' },
        windowStart: { type: 'number', description: 'window to look at, ms since 1970; default: the newest' },
      },
      load: ({ feature, comparison, segment, windowStart }) =>
        readModel.feature({
          feature: String(feature),
          ...(comparison === undefined ? {} : { comparison: text(comparison) as string }),
          ...(segment === undefined ? {} : { segment: text(segment) as string }),
          ...(windowStart === undefined ? {} : { windowStart: Number(windowStart) }),
        }),
    },
    {
      path: '/segments',
      operationId: 'listSegments',
      summary: 'Segments in their newest window, worst first',
      answer: z.array(segmentViewSchema),
      query: { limit },
      load: ({ limit }) => readModel.segments(Number(limit)),
    },
    {
      path: '/incidents',
      operationId: 'listIncidents',
      summary: 'Incidents, open ones first, newest first',
      answer: z.array(incidentSchema),
      query: { limit },
      load: ({ limit }) => readModel.incidents(Number(limit)),
    },
    {
      path: '/incidents/:id',
      operationId: 'getIncident',
      summary: 'One incident with its log and the alarms behind it',
      answer: incidentDetailSchema,
      params: ['id'],
      load: ({ id }) => readModel.incident(String(id)),
    },
    {
      path: '/models',
      operationId: 'listModels',
      summary: 'Models with their versions, roles and the evidence for each change',
      answer: z.array(modelSchema),
      load: () => readModel.models(),
    },
    {
      path: '/performance',
      operationId: 'getPerformance',
      summary: 'How good each version was on labelled events',
      answer: z.array(performancePointSchema),
      load: () => readModel.performance(),
    },
    {
      path: '/jobs',
      operationId: 'listJobs',
      summary: 'Retraining runs, newest first',
      answer: z.array(jobSchema),
      query: { limit },
      load: ({ limit }) => readModel.jobs(Number(limit)),
    },
    {
      path: '/dead-letters',
      operationId: 'listDeadLetters',
      summary: 'Rejected messages by reason, each with an example',
      answer: z.array(deadLetterGroupSchema),
      load: () => readModel.deadLetters(),
    },
  ];
}
