import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { kafkaConfig, member } from './kafka/members.ts';
import { failureOf, listening } from './kafka/service.ts';

/** Servers at a port that the source takes for a broker. They need no Kafka. */
let servers: Server[] = [];

async function serve(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const { port } = server.address() as { port: number };
  return `127.0.0.1:${port}`;
}

afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

function open(brokers: string, logger = listening()) {
  const times = { connectionTimeout: '1s', requestTimeout: '1s' };
  return member(kafkaConfig({ brokers, topic: 'any', group: 'any', ...times }), { logger });
}

it.each([
  ['an HTTP server', () => Buffer.from('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')],
  ['a server that greets', () => Buffer.from('220 mail.example ESMTP\r\n')],
  ['random bytes that begin with an impossible size', () => Buffer.concat([Buffer.from([0xff]), randomBytes(1000)])],
  ['an answer without room for its own head', () => Buffer.from([0, 0, 0, 2, 1, 2])],
  ['an answer of size nothing', () => Buffer.alloc(64)],
])('says of %s that it is no broker, and ends the start', async (_, answer) => {
  const brokers = await serve((socket) => socket.on('data', () => socket.write(answer())));
  const source = open(brokers);
  expect(await failureOf(source)).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    message: 'what answers there is no Kafka broker',
    retriable: false,
    place: `kafka ${brokers}`,
  });
  await source.source.close();
});

it.each([
  ['with the largest size that is believed at first', Buffer.from([0x00, 0x0f, 0xff, 0xff])],
  ['at random', randomBytes(4)],
])('takes little of what a server sends without end, %s', async (_, head) => {
  let sent = 0;
  const brokers = await serve((socket) => {
    const noise = randomBytes(64 * 1024);
    const more = () => {
      while (!socket.destroyed && sent < 256 * 1024 * 1024 && socket.write(noise)) sent += noise.length;
    };
    socket.write(head);
    socket.on('drain', more);
    more();
  });
  const source = open(brokers);
  expect((await failureOf(source))?.message).toBe('what answers there is no Kafka broker');
  // Several connections are tried, each with what the system buffers.
  expect(sent).toBeLessThan(64 * 1024 * 1024);
  await source.source.close();
});

it('waits for a broker that accepts and never answers, says so, and closes at once', async () => {
  const sockets: Socket[] = [];
  const brokers = await serve((socket) => void sockets.push(socket.resume()));
  const logger = listening();
  const source = open(brokers, logger);
  const started = source.start();
  await expect
    .poll(() => logger.said.join('\n'), { timeout: 60_000 })
    .toMatch(/timed out[\s\S]*the broker does not answer: .*intake waits/);
  await expect.poll(() => sockets.some(({ destroyed }) => !destroyed), { timeout: 30_000 }).toBe(true);
  const begun = Date.now();
  await source.source.close();
  await started;
  expect(Date.now() - begun).toBeLessThan(8000);
  // Nothing goes on in the background.
  await expect.poll(() => sockets.every(({ destroyed, readableEnded }) => destroyed || readableEnded)).toBe(true);
});
