import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EventIntake, IntakeAnswer } from '../../common/intake.ts';
import type { EventOutcome } from '../../common/source.ts';
import { Verdict, verdictNames } from '../../common/verdict.ts';
import type { HttpServerOptions } from './options.ts';
import { type Problem, problemSchema, sendProblem } from './problem.ts';
import { discardBody, readBody } from './read-body.ts';
import { splitEvents } from './split-events.ts';

/** The rest of a refused body is waited for so long. */
const lingerMs = 10_000;

/** `POST /v1/pipelines/{pipeline}/events`. 200 means: stored, each event with its verdict. */
export function registerEventsRoute(app: FastifyInstance, options: HttpServerOptions): void {
  app.register(async (scope) => {
    // The body is read by hand: its limit holds after decompression, and events keep their bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.post<{ Params: { pipeline: string } }>(
      '/v1/pipelines/:pipeline/events',
      { schema: eventsSchema },
      async (request, reply) => {
        const intake = options.intakes.get(request.params.pipeline);
        if (intake === undefined) return refuse(request, reply, unknownPipeline(request.params.pipeline, options));
        if (options.storeUp?.() === false) return refuse(request, reply, storeDown);
        const events = await readEvents(request, intake);
        if (!Array.isArray(events)) return refuse(request, reply, events as Problem);
        if (events.length > intake.maxEvents) return refuse(request, reply, tooMany(intake.maxEvents));
        if (events.length === 0) return { accepted: 0, rejected: 0, results: [] };
        const answer = await withinMs(intake.submit(events, options.clock.now()), options.answerTimeoutMs ?? 30_000);
        if (answer === undefined) return refuse(request, reply, notYetStored);
        if (answer.kind === 'full') return refuse(request, reply, full(answer.pendingEvents));
        if (answer.kind === 'closed') return refuse(request, reply, closed);
        return toAnswer(answer.outcomes);
      },
    );
  });
}

/**
 * Answers once the rest of the body is in and discarded: most clients read no answer before they have sent everything, and
 * closing while they send resets the connection.
 */
async function refuse({ raw }: FastifyRequest, reply: FastifyReply, problem: Problem): Promise<FastifyReply> {
  await discardBody(raw, lingerMs);
  if (!raw.complete) reply.header('connection', 'close');
  return sendProblem(reply, problem);
}

async function readEvents(request: FastifyRequest, intake: EventIntake): Promise<readonly Buffer[] | Problem> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const ndjson = type === 'application/x-ndjson' || type === 'application/ndjson' || type === 'application/jsonl';
  if (!ndjson && type !== 'application/json') {
    return unsupported(`Content-Type ${type || '(none)'}`, 'application/x-ndjson or application/json');
  }
  if (encoding !== 'identity' && encoding !== 'gzip') {
    return unsupported(`Content-Encoding ${encoding}`, 'gzip or no encoding');
  }
  const declared = Number(request.headers['content-length']);
  const body = await readBody(request.raw, {
    encoding,
    maxBytes: intake.maxBodyBytes,
    declaredBytes: Number.isFinite(declared) ? declared : undefined,
  });
  return Buffer.isBuffer(body) ? splitEvents(body, ndjson ? 'ndjson' : 'json') : body;
}

function toAnswer(outcomes: readonly EventOutcome[]) {
  let rejected = 0;
  const results = outcomes.map(({ partition, offset, verdict, violations }, index) => {
    if (verdict === Verdict.REJECTED) rejected++;
    return {
      index,
      verdict: verdictNames[verdict],
      position: { source: partition.source, partition: partition.partition, offset },
      ...(violations.length === 0 ? {} : { violations }),
    };
  });
  return { accepted: outcomes.length - rejected, rejected, results };
}

async function withinMs(answer: Promise<IntakeAnswer>, timeoutMs: number): Promise<IntakeAnswer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

const again = 'Send the events again, with the same ids: what was stored before is then recognised as duplicate';
const storeDown: Problem = {
  status: 503,
  code: 'STORE_UNAVAILABLE',
  message: 'the store does not answer; nothing of this request was taken',
  cure: 'Send the events again later',
  retryAfterSeconds: 5,
};
const notYetStored: Problem = {
  status: 503,
  code: 'NOT_YET_STORED',
  message: 'the events are queued, but were not stored in time; they may still be',
  cure: again,
  retryAfterSeconds: 5,
};
const closed: Problem = {
  status: 503,
  code: 'NOT_READING',
  message: 'the worker is starting or stopping; whether the events were stored is not known',
  cure: again,
  retryAfterSeconds: 2,
};

function full(pendingEvents: number): Problem {
  return {
    status: 429,
    code: 'QUEUE_FULL',
    message: `${pendingEvents} events wait to be stored already; nothing of this request was taken`,
    cure: 'Send the events again after the time of Retry-After',
    retryAfterSeconds: 1,
  };
}

function tooMany(maxEvents: number): Problem {
  return {
    status: 413,
    code: 'TOO_MANY_EVENTS',
    message: `one request may hold ${maxEvents} events`,
    cure: 'Send fewer events a request, or raise source.http.maxPendingEvents',
  };
}

function unknownPipeline(name: string, { pipeline, intakes }: HttpServerOptions): Problem {
  if (name === pipeline)
    return {
      status: 404,
      code: 'NOT_FOUND',
      message: `pipeline ${name} takes no events by HTTP`,
      cure: 'Add source.http to its file',
    };
  return {
    status: 404,
    code: 'NOT_FOUND',
    message: `there is no pipeline ${name} here`,
    cure: `There are: ${[...new Set([pipeline, ...intakes.keys()])].join(', ')}`,
  };
}

function unsupported(found: string, expected: string): Problem {
  return { status: 415, code: 'UNSUPPORTED', message: `${found} is not supported`, cure: `Use ${expected}` };
}

const eventContent = { 'application/x-ndjson': { schema: { type: 'string' } }, 'application/json': { schema: {} } };
const eventsSchema = {
  operationId: 'sendEvents',
  summary: 'Send events; answered when they are stored, each with its verdict',
  description:
    'NDJSON, a JSON array or one JSON object, plain or with Content-Encoding: gzip. A bad event is a verdict, not an error.',
  tags: ['events'],
  params: { type: 'object', required: ['pipeline'], properties: { pipeline: { type: 'string' } } },
  requestContent: eventContent,
  response: {
    200: {
      type: 'object',
      required: ['accepted', 'rejected', 'results'],
      properties: {
        accepted: { type: 'integer' },
        rejected: { type: 'integer' },
        results: {
          type: 'array',
          items: {
            type: 'object',
            required: ['index', 'verdict', 'position'],
            properties: {
              index: { type: 'integer', description: 'place of the event in the request, from 0' },
              verdict: { enum: [...verdictNames] },
              position: {
                type: 'object',
                properties: {
                  source: { type: 'string' },
                  partition: { type: 'integer' },
                  offset: { type: 'integer' },
                },
              },
              violations: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['code', 'path', 'message'],
                  properties: {
                    code: { type: 'string' },
                    path: { type: 'string' },
                    message: { type: 'string' },
                    value: { type: 'string' },
                  },
                },
              },
            },
          },
        },
      },
    },
    400: problemSchema,
    404: problemSchema,
    413: problemSchema,
    415: problemSchema,
    429: problemSchema,
    503: problemSchema,
  },
};
