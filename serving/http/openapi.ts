import type { FastifyInstance, RouteOptions } from 'fastify';

/** What a route says of itself; beside fastify's own fields. */
interface DocumentedSchema {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly params?: ObjectSchema;
  readonly querystring?: ObjectSchema;
  readonly body?: object;
  /** Media types of the request, where it is not JSON alone. */
  readonly requestContent?: object;
  /** Media types of the answer, where it is not JSON. */
  readonly responseContent?: object;
  readonly response?: Readonly<Record<string, object>>;
}
interface ObjectSchema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
}

const reasons: Readonly<Record<string, string>> = {
  200: 'Done',
  400: 'The request is malformed',
  404: 'There is no such thing',
  413: 'The request is too large',
  415: 'The format is not supported',
  429: 'Too much waits already; send again after Retry-After',
  503: 'The store or the worker is not there; send again after Retry-After',
};

/** Collects the routes as they are registered and answers `/openapi.json` from their schemas. */
export function registerOpenApi(app: FastifyInstance, version: string): void {
  const paths: Record<string, Record<string, object>> = {};
  app.addHook('onRoute', (route: RouteOptions) => {
    const schema = route.schema as DocumentedSchema | undefined;
    if (schema?.operationId === undefined) return;
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) {
      if (method === 'HEAD') continue;
      paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(schema) };
    }
  });
  app.get('/openapi.json', async () => ({
    openapi: '3.1.0',
    info: {
      title: 'Tidemark',
      version,
      description: 'Streams of events: what came in, what drifted, what was done. Times are ms since 1970.',
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [{ name: 'events' }, { name: 'console' }, { name: 'operators' }, { name: 'machine' }],
    paths,
  }));
}

function operationOf(schema: DocumentedSchema): object {
  const parameters = [...parametersOf(schema.params, 'path'), ...parametersOf(schema.querystring, 'query')];
  const content = schema.requestContent ?? (schema.body && { 'application/json': { schema: schema.body } });
  return {
    operationId: schema.operationId,
    summary: schema.summary,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    tags: schema.tags ?? [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(content === undefined ? {} : { requestBody: { content } }),
    responses: responsesOf(schema),
  };
}

function parametersOf(schema: ObjectSchema | undefined, place: 'path' | 'query'): object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || (schema?.required ?? []).includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function responsesOf(schema: DocumentedSchema): object {
  const responses: Record<string, object> = {};
  for (const [status, body] of Object.entries(schema.response ?? {})) {
    responses[status] = { description: reasons[status] ?? status, content: { 'application/json': { schema: body } } };
  }
  if (schema.responseContent !== undefined)
    responses['200'] = { description: reasons['200'], content: schema.responseContent };
  return responses;
}
