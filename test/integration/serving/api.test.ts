import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { ErrorCode, TidemarkError } from '../../../common/error.ts';
import { silentLogger, systemClock } from '../../../common/ports.ts';
import * as answers from '../../../common/read-model.ts';
import { createServer } from '../../../serving/http/server.ts';
import { fillConsole } from '../console/fixture.ts';
import { dayMs, eventsPerDay, firstDayMs, kilometreDays, referenceDays } from '../console/stream.ts';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
const days = 50;

beforeAll(async () => {
  harness = await startHarness({ fill: (store) => fillConsole(store, { days }) });
});
afterAll(() => harness.close());

async function ask<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  const response = await fetch(`${harness.url}/v1/pipelines/flights${path}`);
  expect(response.status).toBe(200);
  return schema.parse(await response.json());
}

test('the summary counts what the chunks count', async () => {
  const summary = await ask('/summary', answers.summarySchema);
  const { read, valid, coerced, flagged, rejected } = summary.totals;
  expect(read).toBe(days * Math.floor((days * 2400) / days));
  expect(valid + coerced + flagged + rejected).toBe(read);
  expect(summary).toMatchObject({ pipeline: 'flights', windowsJudged: 2 * days - 1, openIncidents: 0 });
  expect(summary.eventTime).toBe(firstDayMs + (referenceDays + days) * dayMs - 1);
  expect(summary.eventsPerSecond).toBeGreaterThan(0);
});

test('the timeline holds every event once', async () => {
  const { bucketMs, buckets } = await ask('/timeline', answers.timelineSchema);
  expect(bucketMs).toBe(dayMs);
  expect(buckets).toHaveLength(days);
  const events = buckets.reduce((sum, { valid, coerced, flagged }) => sum + valid + coerced + flagged, 0);
  expect(events).toBe(days * 2400);
  const [letters] = await harness.store.query<{ n: string }>('SELECT count() AS n FROM flights.dead_letters FINAL');
  expect(buckets.reduce((sum, { rejected }) => sum + rejected, 0)).toBe(Number(letters?.n));
});

test('features × windows mark the kilometres in the segments that have them', async () => {
  const { strips, latest } = await ask('/drift', answers.driftSchema);
  expect(strips.map(({ comparison }) => comparison)).toEqual(['previous:1d', 'training:1d']);
  expect(latest).toHaveLength(8);
  const strip = strips[1];
  const distance = strip?.features.find(({ feature }) => feature === 'distance');
  expect(strip?.windowStarts).toHaveLength(days);
  expect(distance?.alarmedSegments[kilometreDays.from + 1]).toBeGreaterThanOrEqual(1);
  expect(distance?.alarmedSegments.slice(0, 10).every((segments) => segments === 0)).toBe(true);
});

test('a feature shows its window against the reference, both as shares of all events', async () => {
  const start = firstDayMs + (referenceDays + kilometreDays.from + 2) * dayMs;
  const path = `/features/distance?comparison=training:1d&segment=${encodeURIComponent('origin=DEN')}&windowStart=${start}`;
  const view = await ask(path, answers.featureViewSchema);
  expect(view.judgement).toMatchObject({ windowStart: start, segment: 'origin=DEN', alarm: true });
  expect(view.series).toHaveLength(days);
  const sum = (side: 'reference' | 'current') => view.histogram?.bins.reduce((total, bin) => total + bin[side], 0);
  expect(sum('reference')).toBeCloseTo(1, 6);
  expect(sum('current')).toBeCloseTo(1, 6);
  const centre = (side: 'reference' | 'current') =>
    view.histogram?.bins.reduce(
      (total, { from, to, [side]: share }) => total + share * ((from ?? to ?? 0) / 2 + (to ?? from ?? 0) / 2),
      0,
    ) ?? 0;
  expect(centre('current') / centre('reference')).toBeGreaterThan(1.3);
});

test('against the window before, the histogram is of that window', async () => {
  const view = await ask('/features/origin?comparison=previous:1d', answers.featureViewSchema);
  expect(view.histogram).toMatchObject({ kind: 'categorical', nReference: eventsPerDay, nCurrent: eventsPerDay });
});

test('incidents come with their log and evidence', async () => {
  const [incident] = await ask('/incidents', answers.incidentSchema.array());
  expect(incident).toMatchObject({ state: 'closed', severity: 'high', features: ['distance'] });
  const detail = await ask(`/incidents/${incident?.id}`, answers.incidentDetailSchema);
  expect(detail.log.map(({ kind }) => kind)).toEqual(['opened', 'action', 'action', 'closed']);
  expect(detail.log[1]?.text).toBe('mail to ml-owners');
  expect(detail.judgements.length).toBeGreaterThan(0);
  expect(detail.judgements.every(({ alarm, feature }) => alarm && feature === 'distance')).toBe(true);
});

test('models, jobs, performance, windows, segments and dead letters have the shapes they say', async () => {
  const [model] = await ask('/models', answers.modelSchema.array());
  expect(model).toMatchObject({ champion: '2', versions: [{ role: 'champion' }, { role: 'retired' }] });
  expect(await ask('/jobs', answers.jobSchema.array())).toMatchObject([
    { state: 'succeeded', version: '2', rows: 66_210 },
  ]);
  const points = await ask('/performance', answers.performancePointSchema.array());
  expect(points.map(({ windowStart }) => windowStart)).toEqual(
    points.map(({ windowStart }) => windowStart).sort((a, b) => a - b),
  );
  expect(await ask('/windows?limit=5', answers.windowSchema.array())).toHaveLength(5);
  expect((await ask('/segments', answers.segmentViewSchema.array())).length).toBe(20);
  const letters = await ask('/dead-letters', answers.deadLetterGroupSchema.array());
  expect(letters[0]).toMatchObject({
    reason: 'json_syntax',
    replayed: 0,
    example: { source: 'flights', replayed: false, replayOf: null },
  });
});

test('what is not known is 404, and a bad parameter is 400', async () => {
  for (const path of ['/incidents/none', '/features/none', '/features/distance?comparison=none', '/nothing'])
    expect((await fetch(`${harness.url}/v1/pipelines/flights${path}`)).status).toBe(404);
  expect((await fetch(`${harness.url}/v1/pipelines/trains/summary`)).status).toBe(404);
  expect((await fetch(`${harness.url}/v1/pipelines/flights/windows?limit=x`)).status).toBe(400);
  const quoted = encodeURIComponent("' OR 1=1 --");
  expect((await fetch(`${harness.url}/v1/pipelines/flights/features/${quoted}`)).status).toBe(404);
});

test('operators act through the actions, and only from here', async () => {
  const post = (path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${harness.url}/v1/pipelines/flights${path}`, {
      method: 'POST',
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  expect((await post('/incidents/a1/acknowledge')).status).toBe(200);
  expect((await post('/incidents/a1/snooze', { duration: '6h', note: 'known' })).status).toBe(200);
  expect((await post('/models/late/versions/2/promote', { note: 'checked' })).status).toBe(200);
  expect((await post('/models/late/rollback', {})).status).toBe(200);
  expect((await post('/incidents/a1/snooze', { duration: 'soon' })).status).toBe(400);
  expect((await post('/incidents/a1/close', { unknown: 1 })).status).toBe(400);
  expect((await post('/incidents/a1/close', {}, { origin: 'https://example.org' })).status).toBe(403);
  expect(harness.asked).toEqual([
    'acknowledge a1 ',
    'snooze a1 21600000 known',
    'promote late 2 checked',
    'rollback late ',
  ]);
});

test('OpenAPI is valid and knows every route', async () => {
  const document = (await (await fetch(`${harness.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      '/v1/pipelines/{pipeline}/events',
      '/v1/pipelines/{pipeline}/incidents/{id}',
      '/v1/pipelines/{pipeline}/models/{model}/versions/{version}/promote',
      '/v1/live',
      '/metrics',
    ]),
  );
});

test('those who watch are told what happened', async () => {
  const response = await fetch(`${harness.url}/v1/live`);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  harness.live.publish({ kind: 'incident', subject: 'a1' });
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toBe('event: incident\ndata: {"kind":"incident","subject":"a1"}\n\n');
  await reader.cancel();
});

test('machines find health, readiness and metrics; browsers a policy without other sites', async () => {
  expect(await (await fetch(`${harness.url}/healthz`)).json()).toEqual({ status: 'alive' });
  expect(await (await fetch(`${harness.url}/readyz`)).json()).toEqual({ status: 'ready' });
  const metrics = await fetch(`${harness.url}/metrics`);
  expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const page = await fetch(harness.url);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const again = await fetch(harness.url, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
});

test('a port in use is named, with what to do', async () => {
  const { port } = new URL(harness.url);
  const { readModel, ...rest } = { readModel: {} as never };
  const second = createServer({
    ...rest,
    readModel,
    pipeline: 'flights',
    host: '127.0.0.1',
    port: Number(port),
    console: { html: '', js: '', css: '' },
    intakes: new Map(),
    metrics: { text: async () => '' },
    actions: {} as never,
    judging: {} as never,
    live: harness.live,
    logger: silentLogger,
    clock: systemClock,
  });
  const error = await second.start().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TidemarkError);
  expect(error).toMatchObject({ code: ErrorCode.LISTEN_FAILED, message: `port ${port} is in use` });
  expect((error as TidemarkError).cure).toContain('server.port');
});
