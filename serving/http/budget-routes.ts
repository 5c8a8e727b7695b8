import type { FastifyInstance } from 'fastify';
import { backtestSchema, budgetInForceSchema } from '../../common/backtest.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { parseTimestampMs } from '../../common/timestamp.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { HttpServerOptions } from './options.ts';
import { problemSchema, sendProblem } from './problem.ts';

interface BacktestBody {
  readonly budget?: { readonly falseAlarmsPerWeek?: number; readonly minEffect?: number };
  readonly from?: number | string;
  readonly to?: number | string;
}

const time = {
  anyOf: [{ type: 'number' }, { type: 'string' }],
  description: 'event time: ms since 1970, or ISO 8601; default: all that is stored',
};

const body = {
  type: ['object', 'null'],
  properties: {
    budget: {
      type: 'object',
      properties: {
        falseAlarmsPerWeek: { type: 'number', exclusiveMinimum: 0 },
        minEffect: { type: 'number', minimum: 0, maximum: 1 },
      },
      additionalProperties: false,
      description: 'what is left out is as in force',
    },
    from: time,
    to: time,
  },
  additionalProperties: false,
};

const params = { type: 'object', required: ['pipeline'], properties: { pipeline: { type: 'string' } } };

/** The budget that is in force, and what another would have given. One backtest at a time: it takes a core. */
export function registerBudgetRoutes(app: FastifyInstance, { pipeline, judging }: HttpServerOptions): void {
  let running = false;
  app.get<{ Params: { pipeline: string } }>(
    '/v1/pipelines/:pipeline/budget',
    {
      schema: {
        operationId: 'getBudget',
        summary: 'How much an alarm takes, and how many of them an incident',
        tags: ['console'],
        params,
        response: { 200: jsonSchemaOf(budgetInForceSchema), 404: problemSchema },
      } as object,
    },
    async (request) => {
      check(request.params.pipeline, pipeline);
      return judging.budget;
    },
  );
  app.post<{ Params: { pipeline: string }; Body: BacktestBody | undefined }>(
    '/v1/pipelines/:pipeline/backtest',
    {
      schema: {
        operationId: 'backtest',
        summary: 'What another budget would have given: the stored windows judged again; nothing is written',
        tags: ['operators'],
        params,
        body,
        response: {
          200: jsonSchemaOf(backtestSchema),
          400: problemSchema,
          404: problemSchema,
          429: problemSchema,
          503: problemSchema,
        },
      } as object,
    },
    async (request, reply) => {
      check(request.params.pipeline, pipeline);
      const asked = askedOf(request.body ?? {});
      if (running)
        return sendProblem(reply, {
          status: 429,
          code: 'BACKTEST_RUNNING',
          message: 'another backtest is running: one is made at a time',
          cure: 'Wait for its end',
          retryAfterSeconds: 5,
        });
      running = true;
      try {
        return await judging.backtest(asked);
      } finally {
        running = false;
      }
    },
  );
}

function check(asked: string, pipeline: string): void {
  if (asked === pipeline) return;
  throw new TidemarkError(ErrorCode.NOT_FOUND, `there is no pipeline ${asked} here`, { cure: `There is: ${pipeline}` });
}

function askedOf({ budget = {}, from, to }: BacktestBody) {
  return {
    ...budget,
    ...(from === undefined ? {} : { fromMs: timeOf('from', from) }),
    ...(to === undefined ? {} : { toMs: timeOf('to', to) }),
  };
}

function timeOf(name: string, value: number | string): number {
  const timeMs = typeof value === 'number' ? value : parseTimestampMs(value);
  if (timeMs !== undefined && Math.abs(timeMs) <= 8.64e15) return timeMs;
  throw new TidemarkError(ErrorCode.CONFIG_INVALID, `${value} is no time`, {
    place: name,
    cure: 'Write ms since 1970, or a text such as 2026-03-01T12:00Z',
  });
}
