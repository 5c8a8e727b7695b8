import type { FastifyReply } from 'fastify';
import { ErrorCode, TidemarkError } from '../../common/error.ts';

/** What a caller is told when a request fails: HTTP status, a stable code, what happened and what to do. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly cure?: string;
  readonly retryAfterSeconds?: number;
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', String(problem.retryAfterSeconds));
  const { code, message, cure } = problem;
  return reply.code(problem.status).send({ error: { code, message, ...(cure === undefined ? {} : { cure }) } });
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  [ErrorCode.NOT_FOUND]: 404,
  [ErrorCode.CONFIG_INVALID]: 400,
  [ErrorCode.MODEL_INVALID]: 409,
  [ErrorCode.STORE_UNAVAILABLE]: 503,
};

/** The problem for a known error; undefined for a bug. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof TidemarkError) {
    const status = statusOf[error.code] ?? 500;
    return {
      status,
      code: error.code,
      message: error.message,
      ...(error.cure === undefined ? {} : { cure: error.cure }),
      ...(status === 503 ? { retryAfterSeconds: 5 } : {}),
    };
  }
  if (!(error instanceof Error)) return undefined;
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  if (typeof statusCode !== 'number' || statusCode >= 500) return undefined;
  return { status: statusCode, code: typeof code === 'string' ? code : 'BAD_REQUEST', message: error.message };
}

export const problemSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, cure: { type: 'string' } },
    },
  },
};
