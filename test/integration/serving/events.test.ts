import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.close());

const path = '/v1/pipelines/flights/events';
const ndjson = { 'content-type': 'application/x-ndjson' };
const json = { 'content-type': 'application/json' };

async function send(body: BodyInit, headers: Record<string, string>) {
  const response = await fetch(harness.url + path, { method: 'POST', body, headers });
  return { status: response.status, headers: response.headers, answer: (await response.json()) as Answer };
}

interface Answer {
  readonly accepted: number;
  readonly rejected: number;
  readonly results: readonly {
    readonly index: number;
    readonly verdict: string;
    readonly position: { readonly offset: number };
    readonly violations?: readonly { readonly code: string }[];
  }[];
  readonly error?: { readonly code: string; readonly message: string };
}

test('NDJSON is answered event by event, with positions that go on after the last chunk', async () => {
  harness = await startHarness();
  const { status, answer } = await send('{"a":1}\r\n\n{"a":\n[1]\n"x"\n', ndjson);
  expect(status).toBe(200);
  expect(answer).toMatchObject({ accepted: 2, rejected: 2 });
  expect(answer.results.map(({ verdict }) => verdict)).toEqual(['valid', 'rejected', 'valid', 'rejected']);
  expect(answer.results.map(({ position }) => position.offset)).toEqual([1000, 1001, 1002, 1003]);
  expect(answer.results[1]?.violations?.[0]?.code).toBe('json_syntax');
  expect((await send('{}', ndjson)).answer.results[0]?.position).toEqual({
    source: 'http',
    partition: 0,
    offset: 1004,
  });
});

test('events of an array keep their bytes, also where they are not JSON', async () => {
  harness = await startHarness();
  const { answer } = await send('[ {"a" : 1.0, "t":"]},["} ,\n{"b":}, {"c":"\\\\\\""}]', json);
  expect(harness.read).toEqual(['{"a" : 1.0, "t":"]},["}', '{"b":}', '{"c":"\\\\\\""}']);
  expect(answer.results.map(({ verdict }) => verdict)).toEqual(['valid', 'rejected', 'valid']);
});

test('one object, an empty array and gzip are taken', async () => {
  harness = await startHarness();
  expect((await send(' {"a":1} ', json)).answer).toMatchObject({ accepted: 1, rejected: 0 });
  expect((await send('[]', json)).answer).toEqual({ accepted: 0, rejected: 0, results: [] });
  const zipped = await send(gzipSync('{"a":1}\n{"a":2}'), { ...ndjson, 'content-encoding': 'gzip' });
  expect(zipped.answer).toMatchObject({ accepted: 2, rejected: 0 });
});

test('what is neither NDJSON nor an array is refused as a whole', async () => {
  harness = await startHarness();
  const whole = gzipSync('{"a":1}\n'.repeat(1000));
  const bad: [BodyInit, Record<string, string>, number][] = [
    ['[{"a":1}', json, 400],
    ['[{"a":1},]', json, 400],
    ['[{"a":1}}', json, 400],
    ['[1] [2]', json, 400],
    ['["a]', json, 400],
    ['true', json, 400],
    ['', ndjson, 400],
    ['\n \n', ndjson, 400],
    [Buffer.from([1, 2, 0, 4, 10, 5]), ndjson, 400],
    [whole, ndjson, 400],
    [whole.subarray(0, whole.length - 9), { ...ndjson, 'content-encoding': 'gzip' }, 400],
    ['not gzip', { ...ndjson, 'content-encoding': 'gzip' }, 400],
    ['{}', { ...ndjson, 'content-encoding': 'br' }, 415],
    ['a,b\n1,2', { 'content-type': 'text/csv' }, 415],
  ];
  for (const [body, headers, status] of bad) {
    const found = await send(body, headers);
    expect([found.status, String(body).slice(0, 20)]).toEqual([status, String(body).slice(0, 20)]);
    expect(found.answer.error?.message).toBeTruthy();
  }
  expect(harness.read).toEqual([]);
});

test('a pipeline that is not here is 404 and names those that are', async () => {
  harness = await startHarness();
  const response = await fetch(`${harness.url}/v1/pipelines/trains/events`, {
    method: 'POST',
    body: '{}',
    headers: json,
  });
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('flights');
});

test('10,000 levels of nesting cost a verdict, not the server', async () => {
  harness = await startHarness();
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  expect((await send(`[${deep},${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}]`, json)).answer).toMatchObject({
    accepted: 2,
  });
  expect((await send(`[${'['.repeat(10_000)}`, json)).status).toBe(400);
  expect((await fetch(`${harness.url}/healthz`)).status).toBe(200);
});

test('a body of 100 MB is refused by its length, and cut where it has none', async () => {
  harness = await startHarness();
  const chunk = Buffer.alloc(1024 * 1024, '{"a":1}\n');
  expect(await upload(100, chunk, { ...ndjson, 'content-length': String(100 * chunk.length) })).toBe(413);
  expect(await upload(100, chunk, { ...ndjson, 'transfer-encoding': 'chunked' })).toBe(413);
  expect(harness.read).toEqual([]);
  expect((await send('{}', ndjson)).status).toBe(200);
});

test('a zip bomb is cut at the limit', async () => {
  harness = await startHarness();
  const bomb = gzipSync(Buffer.alloc(400 * 1024 * 1024, 0x20), { level: 6 });
  expect(bomb.length).toBeLessThan(500_000);
  const before = process.memoryUsage().rss;
  const { status, answer } = await send(bomb, { ...json, 'content-encoding': 'gzip' });
  expect(status).toBe(413);
  expect(answer.error?.code).toBe('BODY_TOO_LARGE');
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});

test('a sender that never finishes is cut off', async () => {
  harness = await startHarness({ server: { requestTimeoutMs: 300 } });
  const { port } = new URL(harness.url);
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: 100\r\n\r\n{"a"`,
      );
    });
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  expect(said).toContain('408');
  expect(harness.read).toEqual([]);
});

test('a full queue answers 429 and takes nothing of the request', async () => {
  harness = await startHarness({ worker: false, maxPendingEvents: 3, server: { answerTimeoutMs: 50 } });
  expect((await send('{}\n{}', ndjson)).answer.error?.code).toBe('NOT_YET_STORED');
  const { status, headers, answer } = await send('{}\n{}', ndjson);
  expect([status, headers.get('retry-after'), answer.error?.code]).toEqual([429, '1', 'QUEUE_FULL']);
  expect((await send('{}\n{}\n{}\n{}', ndjson)).status).toBe(413);
});

test('while the store is down nothing is taken', async () => {
  let up = false;
  harness = await startHarness({ server: { storeUp: () => up } });
  const refused = await send('{}', ndjson);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  up = true;
  expect((await send('{}', ndjson)).answer.results[0]?.position.offset).toBe(1000);
});

test('a page of another site may not send events', async () => {
  harness = await startHarness();
  expect((await send('{}', { ...ndjson, origin: 'https://example.org' })).status).toBe(403);
  expect((await send('{}', { ...ndjson, origin: harness.url })).status).toBe(200);
});

/** Sends `times` chunks with back-pressure and returns the status, which may come before all is sent. */
function upload(times: number, chunk: Buffer, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(harness.url + path, { method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    let left = times;
    const more = (): void => {
      while (left-- > 0) if (!sent.write(chunk)) return void sent.once('drain', more);
      sent.end();
    };
    more();
  });
}
