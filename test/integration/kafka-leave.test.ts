import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../store/client.ts';
import { cleanUp, freePort, startStore, temporary, tidemark, until } from './bad-input/harness.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { type Service, startService } from './kafka/service.ts';
import { countKafka, coveredBy, sizeEvent, writeKafkaPipeline } from './kafka/workers.ts';

/** Stands before the store; from `silence` on it takes what comes and hands nothing on. */
interface Door {
  readonly port: number;
  readonly asked: () => number;
  silence(): void;
  close(): void;
}

async function openDoor(to: number): Promise<Door> {
  const sockets = new Set<Socket>();
  let silent = false;
  let asked = 0;
  const server: Server = createServer((client) => {
    const store = connect(to, '127.0.0.1');
    for (const [from, other] of [
      [client, store],
      [store, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => other.destroy());
      from.on('close', () => {
        sockets.delete(from);
        other.destroy();
      });
      from.on('data', (data) => {
        if (silent) asked++;
        else other.write(data);
      });
    }
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    asked: () => asked,
    silence() {
      silent = true;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describeWithKafka('a process that is told to end while the store takes requests and never answers', () => {
  let service: Service;
  let port: number;
  let store: Store;

  beforeAll(async () => {
    service = await startService();
    port = await freePort();
    await startStore(await temporary(), port);
    const url = `http://127.0.0.1:${port}`;
    store = await openStore({ url, database: 'tidemark_sizes', workingDirectory: '/' });
  });
  afterAll(async () => {
    await store?.close();
    await cleanUp();
    await service?.stop();
  });

  it.each(['worker', 'up'] as const)(
    'leaves within 10 s, and the next one has its partitions at once: %s',
    async (command) => {
      await service.log.createTopic(command, 1);
      const messages = (from: number) => Array.from({ length: 500 }, (_, at) => ({ value: sizeEvent(from + at) }));
      const pipeline = (name: string, storePort: number) =>
        writeKafkaPipeline({
          directory: join(service.directory, name),
          brokers: service.broker.brokers,
          topic: command,
          group: command,
          storeUrl: `http://127.0.0.1:${storePort}`,
          // Longer than the test: whoever does not leave in order is in the way.
          source: 'sessionTimeout: 5m',
          lines: ['server: { port: 0 }', 'flush: { interval: 100ms }'],
        });
      const covered = async () => coveredBy((await countKafka(store)).ranges[`${command}/0`] ?? []);

      const door = await openDoor(port);
      const first = tidemark([command, pipeline(`${command}-first`, door.port)]);
      await first.waitFor(/at http/);
      await service.log.send(command, messages(0));
      await until(async () => (await covered()) === 500);
      door.silence();
      await service.log.send(command, messages(500));
      await until(() => door.asked() > 0);
      const begun = Date.now();
      const { code, stderr } = await first.stop('SIGTERM');
      expect(Date.now() - begun).toBeLessThan(15_000);
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('in time'),
      });
      door.close();

      const second = tidemark(['worker', pipeline(`${command}-second`, port)]);
      await until(async () => (await covered()) === 1000);
      expect(await second.stop('SIGTERM')).toMatchObject({ code: 0 });
    },
  );
});
