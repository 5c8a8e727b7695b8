import type { FastifyInstance } from 'fastify';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { explainedSchema } from '../../common/explained.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { HttpServerOptions } from './options.ts';
import { problemSchema } from './problem.ts';

interface Query {
  readonly comparison: string;
  readonly feature: string;
  readonly segment: string;
  readonly windowStart: number;
}

/** How one judgement came about: worked out again from what is stored. */
export function registerExplainRoute(app: FastifyInstance, { pipeline, judging }: HttpServerOptions): void {
  app.get<{ Params: { pipeline: string }; Querystring: Query }>(
    '/v1/pipelines/:pipeline/explain',
    {
      schema: {
        operationId: 'explainJudgement',
        summary: 'One judgement worked out again: formulas with their numbers, both histograms, budget and null',
        tags: ['console'],
        params: { type: 'object', required: ['pipeline'], properties: { pipeline: { type: 'string' } } },
        querystring: {
          type: 'object',
          required: ['comparison', 'feature', 'windowStart'],
          properties: {
            comparison: { type: 'string', description: 'such as training:1d' },
            feature: { type: 'string' },
            segment: { type: 'string', default: '', description: 'default: all events' },
            windowStart: { type: 'number', description: 'ms since 1970' },
          },
        },
        response: { 200: jsonSchemaOf(explainedSchema), 400: problemSchema, 404: problemSchema, 503: problemSchema },
      } as object,
    },
    async (request) => {
      if (request.params.pipeline !== pipeline)
        throw new TidemarkError(ErrorCode.NOT_FOUND, `there is no pipeline ${request.params.pipeline} here`, {
          cure: `There is: ${pipeline}`,
        });
      const { comparison, feature, segment, windowStart } = request.query;
      return judging.explain({ comparison, feature, segment, windowStart });
    },
  );
}
