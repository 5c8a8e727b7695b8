import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { cleanUp, countsOf, send, up, withStore, writePipeline } from './harness.ts';

afterEach(cleanUp);

const at = '"at":"2026-01-01T00:00:00Z"';
const invalidUtf8 = Buffer.concat([
  Buffer.from(`{"id":"utf8",${at},"country":"`),
  Buffer.from([0xff, 0xfe, 0xc3]),
  Buffer.from('"}'),
]);
const deep = `{"id":"deep",${at},"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;

/** One message each, the verdict it has to get, and the code of its first violation. */
const messages: readonly (readonly [message: string | Buffer, verdict: string, code?: string])[] = [
  [`{"id":"fine",${at},"amount":1,"country":"CH","count":3}`, 'valid'],
  [`{"id":"truncated",${at},"amount":1,"coun`, 'rejected', 'json_syntax'],
  [deep, 'rejected', 'too_deep'],
  [`{"id":"proto",${at},"__proto__":{"amount":5},"constructor":{"prototype":{"count":7}}}`, 'valid'],
  [`{"id":"twice",${at},"amount":2,"amount":3}`, 'rejected', 'duplicate_key'],
  [`{"id":"twice-escaped",${at},"amount":2,"\\u0061mount":3}`, 'rejected', 'duplicate_key'],
  [`{"id":"1e400",${at},"amount":1e400}`, 'rejected', 'precision_lost'],
  [`{"id":"1e400-text",${at},"amount":"1e400"}`, 'rejected', 'precision_lost'],
  [`{"id":"big-integer",${at},"count":12345678901234567890}`, 'rejected', 'precision_lost'],
  [`{"id":"big-number",${at},"amount":12345678901234567890}`, 'flagged', 'out_of_range'],
  [`{"id":12345678901234567890,${at},"amount":1}`, 'flagged', 'missing'],
  [`{"id":"nan-text",${at},"amount":"NaN"}`, 'rejected', 'not_finite'],
  [`{"id":"nan-bare",${at},"amount":NaN}`, 'rejected', 'json_syntax'],
  [invalidUtf8, 'rejected', 'invalid_utf8'],
  [`{"id":"no-time","amount":1}`, 'rejected', 'bad_time'],
  [`{"id":"null-time","at":null}`, 'rejected', 'bad_time'],
  [`{"id":"bad-time","at":"yesterday"}`, 'rejected', 'bad_time'],
  [`{"id":"future","at":"2426-01-01T00:00:00Z"}`, 'rejected', 'time_out_of_range'],
  [`{"id":"object","at":{"$date":1767225600000}}`, 'rejected', 'bad_time'],
  ['null', 'rejected', 'not_an_object'],
  ['[{}]', 'rejected', 'not_an_object'],
  ['"text"', 'rejected', 'not_an_object'],
  [Buffer.from([1, 2, 3, 9, 0xff, 0xfe]), 'rejected', 'invalid_utf8'],
  [
    Buffer.concat([Buffer.from(`{"id":"long",${at},"country":"`), Buffer.alloc(2 ** 21, 97), Buffer.from('"}')]),
    'rejected',
    'event_too_large',
  ],
  [`{"id":"half-pair",${at},"country":"\\ud800"}`, 'valid'],
  [`{"id":"zero-character",${at},"country":"a\\u0000b"}`, 'valid'],
];

/** The same moment as producers write it. */
const times: readonly unknown[] = [
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.000+00:00',
  '2026-01-01T01:00:00+01:00',
  '2025-12-31T18:30:00-0530',
  '2026-01-01 00:00:00Z',
  '2026-01-01 00:00:00',
  '2026-01-01T00:00:00.000000',
  '2026-01-01T00:00',
  '2026-01-01',
  '20260101T000000Z',
  'Thu, 01 Jan 2026 00:00:00 GMT',
  'Wed, 31 Dec 2025 19:00:00 -0500',
  1767225600,
  1767225600.25,
  1767225600000,
  1767225600000000,
  1767225600000000000,
  '1767225600',
  '1767225600000',
];

test('nothing a producer sends stops the pipeline, and each message is counted and kept', async () => {
  const pipeline = await writePipeline({});
  const worker = await up(pipeline.path);
  const { url } = worker;
  const lines = messages.flatMap(([message]) => [Buffer.from(message as string), Buffer.from('\n')]);
  const { status, body } = await send(url, Buffer.concat(lines));
  expect(status).toBe(200);
  const found = body.results?.map(({ verdict, violations }) => [verdict, violations?.[0]?.code]);
  expect(found).toEqual(messages.map(([, verdict, code]) => [verdict, code]));

  const dated = await send(url, times.map((time, n) => JSON.stringify({ id: `time-${n}`, at: time })).join('\n'));
  expect(dated.body.results?.map(({ verdict }) => verdict)).toEqual(times.map(() => 'valid'));

  // Refused as a whole, with what to do about it.
  const zipped = gzipSync(`{"id":"zipped",${at}}`);
  const refused: readonly (readonly [Buffer | string, Record<string, string>, number, string])[] = [
    ['', {}, 400, 'BODY_MALFORMED'],
    [' \n\r\n', {}, 400, 'BODY_MALFORMED'],
    [Buffer.alloc(100 * 1024 * 1024, 97), {}, 413, 'BODY_TOO_LARGE'],
    [Buffer.from([0, 1, 2, 3]), {}, 400, 'BODY_MALFORMED'],
    [zipped, {}, 400, 'BODY_MALFORMED'],
    [zipped.subarray(0, -6), { 'content-encoding': 'gzip' }, 400, 'BODY_NOT_GZIP'],
    [gzipSync(Buffer.alloc(100 * 1024 * 1024, 97)), { 'content-encoding': 'gzip' }, 413, 'BODY_TOO_LARGE'],
    [`[{"id":"cut",${at}}`, { 'content-type': 'application/json' }, 400, 'BODY_MALFORMED'],
    ['{}', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED'],
  ];
  for (const [sent, headers, expected, code] of refused) {
    const answer = await send(url, sent, headers);
    expect([answer.status, answer.body.error?.code]).toEqual([expected, code]);
    expect(answer.body.error?.cure).toBeTruthy();
  }
  expect((await send(url, zipped, { 'content-encoding': 'gzip' })).body).toMatchObject({ accepted: 1, rejected: 0 });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/v1/pipelines/orders/dead-letters`)).status).toBe(200);

  // Killed right after an answer: what was answered is there.
  expect((await send(url, `{"id":"last",${at}}`)).status).toBe(200);
  await worker.stop('SIGKILL');

  const sent = messages.length + times.length + 2;
  const rejected = messages.filter(([, verdict]) => verdict === 'rejected');
  await withStore(pipeline.store, async (store) => {
    const counts = await countsOf(store);
    expect(counts).toMatchObject({ read: sent, rejected: rejected.length, duplicates: 0 });
    expect(counts.read).toBe(counts.valid + counts.coerced + counts.flagged + counts.rejected);
    expect([counts.events, counts.deadLetters]).toEqual([sent - rejected.length, rejected.length]);
    const letters = await store.query<{ payload: string; size: string; reason: string; message: string }>(
      'SELECT hex(payload) AS payload, payload_bytes AS size, reason, message FROM tidemark_orders.dead_letters FINAL ORDER BY offset',
    );
    const kept = rejected.map(([message]) => Buffer.from(message as string).toString('hex'));
    expect(letters.map(({ payload }) => payload.toLowerCase())).toEqual(kept);
    expect(letters.map(({ size }) => Number(size))).toEqual(rejected.map(([message]) => Buffer.byteLength(message)));
    expect(letters.map(({ reason }) => reason)).toEqual(rejected.map(([, , code]) => code));
    for (const { message } of letters) expect(message).not.toBe('');

    const [moments] = await store.query<{ of: string[] }>(
      "SELECT groupUniqArray(toString(toUnixTimestamp(event_time))) AS of FROM tidemark_orders.events FINAL WHERE id LIKE 'time-%'",
    );
    expect(moments?.of).toEqual(['1767225600']);
    const [proto] = await store.query<object>(
      "SELECT f_amount, f_count FROM tidemark_orders.events FINAL WHERE id = 'proto'",
    );
    expect(proto).toEqual({ f_amount: null, f_count: null });
    const [last] = await store.query<object>(
      "SELECT count() AS n FROM tidemark_orders.events FINAL WHERE id IN ('last', 'zipped')",
    );
    expect(last).toEqual({ n: '2' });
  });
});

test('an event is stored when its 200 comes: killed at any moment, none of them is lost', async () => {
  const pipeline = await writePipeline({ flush: '{ interval: 10ms }' });
  const answered: string[] = [];
  for (let round = 0; round < 4; round++) {
    const worker = await up(pipeline.path);
    let alive = true;
    const producers = Array.from({ length: 4 }, async (_, producer) => {
      for (let n = 0; alive; n++) {
        const id = `${round}-${producer}-${n}`;
        const answer = await send(worker.url, `{"id":"${id}",${at}}`).catch(() => undefined);
        if (answer?.status === 200) answered.push(id);
        if (answered.length > (round + 1) * 40 && alive) {
          alive = false;
          worker.stop('SIGKILL');
        }
      }
    });
    await Promise.all(producers);
    await worker.finished;
  }
  await withStore(pipeline.store, async (store) => {
    const rows = await store.query<{ id: string }>('SELECT id FROM tidemark_orders.events FINAL');
    const stored = new Set(rows.map(({ id }) => id));
    expect(answered.filter((id) => !stored.has(id))).toEqual([]);
    expect(stored.size).toBe(rows.length);
    const counts = await countsOf(store);
    expect(counts.valid).toBeGreaterThanOrEqual(answered.length);
    expect(counts.rejected).toBe(0);
  });
});
