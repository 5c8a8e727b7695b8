import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { cleanUp, freePort, startStore, temporary, tidemark, writePipeline } from '../bad-input/harness.ts';

afterEach(cleanUp);

const parts = ['worker', 'monitor', 'server'] as const;

it.each(parts)('tidemark %s over a store that belongs to one process is refused, with what to do', async (part) => {
  const { path } = await writePipeline({});
  const { code, stdout } = await tidemark([part, path, '--json']).finished;
  expect(code).toBe(2);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'CONFIG_INVALID',
    place: 'store.url',
    message: expect.stringContaining(`tidemark ${part} shares its store`),
    cure: expect.stringMatching(/tidemark store.*tidemark up/),
  });
});

it('a worker is refused where nothing can be shared, and a port or a level that is none; a store that is away is waited for', async () => {
  const [directory, port] = [await temporary(), await freePort()];
  await startStore(directory, port);
  const storeUrl = `http://127.0.0.1:${port}`;
  const http = await writePipeline({ storeUrl });
  const refused = await tidemark(['worker', http.path]).finished;
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/can be shared by workers.*tidemark up/)]);
  const file = await writePipeline({ storeUrl, source: '{ file: { path: events.ndjson } }' });
  await writeFile(join(file.directory, 'events.ndjson'), '');
  expect((await tidemark(['worker', file.path]).finished).code).toBe(2);
  for (const wrong of [
    ['--port', '-1'],
    ['--port', 'x'],
    ['--log-level', 'loud'],
  ]) {
    expect((await tidemark(['monitor', http.path, ...wrong]).finished).code).toBe(2);
  }
  const taken = await tidemark(['monitor', http.path, '--port', String(port)]).finished;
  expect([taken.code, taken.stderr]).toEqual([3, expect.stringContaining('[LISTEN_FAILED]')]);
  const away = await writePipeline({ storeUrl: `http://127.0.0.1:${await freePort()}` });
  const waiting = tidemark(['server', away.path]);
  await waiting.waitFor(/waiting for the store/);
  const ended = await waiting.stop('SIGTERM');
  expect([ended.code, ended.stderr]).toEqual([3, expect.stringContaining('[STORE_UNAVAILABLE]')]);
});

it('a server and a monitor in processes of their own answer, and end with 0', async () => {
  const [directory, port] = [await temporary(), await freePort()];
  await startStore(directory, port);
  const { path } = await writePipeline({ storeUrl: `http://127.0.0.1:${port}` });
  const monitor = tidemark(['monitor', path, '--json', '--log-level', 'info']);
  const [, health = ''] = await monitor.waitFor(/"url":"(http:[^"]+)"/);
  await monitor.waitFor(/this monitor leads"/);
  const server = tidemark(['server', path, '--port', '0']);
  const [, url = ''] = await server.waitFor(/the console is at (http:\S+)/);
  for (const address of [health, url]) {
    for (const route of ['/healthz', '/readyz']) expect((await fetch(address + route)).status).toBe(200);
    expect(await (await fetch(`${address}/metrics`)).text()).toContain('tidemark_process_');
  }
  expect(await (await fetch(`${health}/metrics`)).text()).toContain('tidemark_monitor_leading 1');
  expect((await fetch(`${health}/v1/pipelines`)).status).toBe(404);
  const sent = await fetch(`${url}/v1/pipelines/orders/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '[{"id":"a"}]',
  });
  expect(sent.status).toBe(404);
  // Asked by the server, answered by the monitor, by way of the store.
  const act = (id: string, action: string) =>
    fetch(`${url}/v1/pipelines/orders/incidents/${id}/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
  expect((await act('nothing', 'close')).status).toBe(404);
  expect((await monitor.stop('SIGTERM')).code).toBe(0);
  const unanswered = await act('nothing', 'acknowledge');
  expect(unanswered.status).toBe(503);
  expect(await unanswered.text()).toContain('check that a monitor runs');
  expect((await server.stop('SIGTERM')).code).toBe(0);
});
