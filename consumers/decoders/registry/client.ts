import { z } from 'zod';
import { ErrorCode, messageOf, TidemarkError } from '../../../common/error.ts';
import type { SchemaText } from '../format.ts';

export interface RegisteredSchema extends SchemaText {
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON' | (string & {});
}

/** Reads schemas by Confluent's API, which other registries speak too. */
export interface RegistryClient {
  /** Without credentials, for people. */
  readonly url: string;
  /**
   * The schema of an id with all that it refers to; undefined where the registry says that it knows no such id.
   * @throws TidemarkError SCHEMA_UNAVAILABLE, retriable: it does not answer in time, answers with an error, or is no registry
   */
  fetch(id: number, signal: AbortSignal): Promise<RegisteredSchema | undefined>;
}

export interface RegistryClientOptions {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Of one request. */
  readonly timeoutMs: number;
}

const answerSchema = z.object({
  schema: z.string(),
  // Left out for Avro.
  schemaType: z.string().default('AVRO'),
  references: z
    .array(z.object({ name: z.string(), subject: z.string(), version: z.number().int() }))
    .nullish()
    .transform((references) => references ?? []),
});
type Answer = z.output<typeof answerSchema>;

/** A schema may refer to so many others, over all levels. */
const referencesMax = 1000;
/** Characters of one answer. */
const answerMax = 16 * 1024 * 1024;

export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const url = options.url.replace(/\/+$/, '');
  const headers: Record<string, string> = {
    accept: 'application/vnd.schemaregistry.v1+json, application/json',
  };
  if (options.username !== undefined) {
    const login = `${options.username}:${options.password ?? ''}`;
    headers['authorization'] = `Basic ${Buffer.from(login, 'utf8').toString('base64')}`;
  }

  function unavailable(what: string, cause?: unknown): TidemarkError {
    return new TidemarkError(ErrorCode.SCHEMA_UNAVAILABLE, `the schema registry ${url} ${what}`, {
      place: url,
      cure: 'Start the registry, or correct registry.url and its login',
      retriable: true,
      cause,
    });
  }

  /** Undefined where the registry itself says that it has no such thing. */
  async function get(path: string, signal: AbortSignal): Promise<Answer | undefined> {
    let status: number;
    let text: string;
    try {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
      const response = await fetch(`${url}${path}`, { headers, signal: limited });
      status = response.status;
      text = await response.text();
    } catch (cause) {
      throw unavailable(`does not answer: ${reasonOf(cause, options.timeoutMs)}`, cause);
    }
    if (status === 401 || status === 403) throw unavailable(`refuses the login (${status})`);
    const body = text.length > answerMax ? undefined : parse(text);
    if (status === 404 && isUnknown(body)) return undefined;
    if (status !== 200) throw unavailable(`answers ${status} to ${path}`);
    const answer = answerSchema.safeParse(body);
    if (!answer.success) throw unavailable(`answers ${path} with no schema; is it a schema registry?`);
    return answer.data;
  }

  /** Adds what an answer refers to, what that refers to first. */
  async function addReferences(answer: Answer, into: Map<string, string>, signal: AbortSignal): Promise<void> {
    for (const { name, subject, version } of answer.references) {
      if (into.has(name)) continue;
      // Before it is known, so that schemas that refer to each other end here.
      into.set(name, '');
      if (into.size > referencesMax) throw unavailable(`has a schema that refers to more than ${referencesMax} others`);
      const found = await get(`/subjects/${encodeURIComponent(subject)}/versions/${version}`, signal);
      if (found === undefined)
        throw unavailable(`does not know version ${version} of ${subject}, which a schema refers to`);
      await addReferences(found, into, signal);
      into.delete(name);
      into.set(name, found.schema);
    }
  }

  return {
    url,
    async fetch(id, signal) {
      const answer = await get(`/schemas/ids/${id}`, signal);
      if (answer === undefined) return undefined;
      const references = new Map<string, string>();
      await addReferences(answer, references, signal);
      return {
        type: answer.schemaType,
        text: answer.schema,
        references: [...references].map(([name, text]) => ({ name, text })),
      };
    },
  };
}

/** 40403 and its like; a 404 without it comes from something that is no registry, or not its address. */
function isUnknown(body: unknown): boolean {
  const code = (body as { readonly error_code?: unknown } | null | undefined)?.error_code;
  return typeof code === 'number' && Math.floor(code / 100) === 404;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `it took more than ${timeoutMs} ms`;
  const { cause } = error as { readonly cause?: unknown };
  if (cause instanceof AggregateError) return messageOf(cause.errors[0]);
  return messageOf(cause ?? error);
}
