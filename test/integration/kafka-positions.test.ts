import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { SourceBatch } from '../../common/source.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { listening, type Opened, readValues, type Service, startService } from './kafka/service.ts';

const values = (count: number, from = 0) => Array.from({ length: count }, (_, at) => ({ value: `v${from + at}` }));

describeWithKafka('where the Kafka source starts', () => {
  let service: Service;
  let topics = 0;

  beforeAll(async () => {
    service = await startService();
  });
  afterEach(() => service.closeMembers());
  afterAll(() => service?.stop());

  async function topic(partitions = 1): Promise<string> {
    const name = `start-${++topics}`;
    // Timestamps of the tests are long past.
    await service.log.createTopic(name, partitions, { 'retention.ms': '-1' });
    return name;
  }

  const day = (number: number) => Date.parse(`2026-03-0${number}T00:00Z`);
  const on = (number: number, value: string, partition = 0) => ({ value, partition, timestamp: String(day(number)) });

  it('a time is the first message with that timestamp or a later one, in each partition', async () => {
    const name = await topic(3);
    await service.log.send(name, [
      ...[on(1, 'a'), on(3, 'b'), on(2, 'c'), on(5, 'd')],
      ...[on(1, 'e', 1), on(2, 'f', 1)],
      ...[on(4, 'g', 2)],
    ]);
    const reader = await service.joined(name, { start: '2026-03-03' });
    // What stands behind the first one is read, also where its own timestamp is earlier.
    expect((await readValues(reader, 4)).sort()).toEqual(['b', 'c', 'd', 'g']);
    const started = Object.fromEntries((reader.assignments[0] ?? []).map(({ key, offset }) => [key, offset]));
    expect(started).toEqual({ [`${name}/0`]: 1, [`${name}/1`]: 2, [`${name}/2`]: 0 });
  });

  it('a time in a topic of which something is committed changes nothing', async () => {
    const name = await topic();
    await service.log.send(name, [on(1, 'a'), on(2, 'b'), on(3, 'c')]);
    const first = await service.joined(name, { start: '2026-03-02T00:00:00Z' });
    const { range } = await first.next();
    await first.source.commit([{ ...range, to: 2 }]);
    await first.source.close();
    const second = await service.joined(name, { start: '2026-03-01' });
    expect(await readValues(second, 1)).toEqual(['c']);
  });

  it('a time loses nothing that came between the first assignment and the first commit', async () => {
    const name = await topic();
    await service.log.send(name, [on(1, 'a')]);
    const first = await service.joined(name, { start: '2026-03-02' });
    await first.source.close();
    await service.log.send(name, [on(1, 'b'), on(3, 'c')]);
    const second = await service.joined(name, { start: '2026-03-02' });
    expect(await readValues(second, 2)).toEqual(['b', 'c']);
  });

  it.each(['earliest', 'latest', '2026-03-02'])(
    'partitions that are added while it runs are noticed in time and read from their beginning, with start: %s',
    async (start) => {
      const name = await topic();
      await service.log.send(name, [{ value: 'old', partition: 0, timestamp: String(day(1)) }]);
      const reader = await service.joined(name, { start, metadataMaxAge: '500ms' });
      if (start === 'earliest') {
        const { batch, range } = await reader.next();
        expect(batch.nextOffset).toBe(1);
        await reader.source.commit([range]);
      }
      await service.log.addPartitions(name, 3);
      // Before the reader can know of them.
      await service.log.send(name, [
        { value: 'b', partition: 1 },
        { value: 'c', partition: 2 },
      ]);
      expect((await readValues(reader, 2)).sort()).toEqual(['b', 'c']);
      expect(reader.owned.size).toBe(3);
    },
  );

  it('latest begins at the end in a topic that is new to the group, beside one that it knows', async () => {
    const [known, fresh] = [await topic(), await topic()];
    await service.log.send(known, values(2));
    await service.log.send(fresh, values(2));
    const more = { start: 'latest', group: 'grows' };
    await service.joined(known, more);
    await service.closeMembers();
    await service.log.send(known, values(1, 10));
    const reader = await service.joined([known, fresh], more);
    await service.log.send(fresh, values(1, 20));
    expect((await readValues(reader, 2)).sort()).toEqual(['v10', 'v20']);
  });

  it('several topics with different numbers of partitions are each read once, by several members', async () => {
    const [few, many] = [await topic(2), await topic(5)];
    await service.log.send(
      few,
      values(3000).map((message, at) => ({ ...message, key: String(at) })),
    );
    await service.log.send(
      many,
      values(2000, 10_000).map((message, at) => ({ ...message, key: String(at) })),
    );
    const counted = new Map<string, number>();
    const owners = new Set<string>();
    const count = (batch: SourceBatch) => {
      for (const { value } of batch.messages) {
        const key = `${batch.partition.source}/${value}`;
        counted.set(key, (counted.get(key) ?? 0) + 1);
      }
    };
    async function work(worker: Opened, name: string): Promise<void> {
      for (;;) {
        const { batch, range } = await worker.next();
        const lost = await worker.source.commit([range]).then(
          () => false,
          () => true,
        );
        if (lost) continue;
        if (batch.messages.length > 0) owners.add(name);
        count(batch);
      }
    }
    const logger = listening();
    const members = [
      await service.joined([few, many], {}, { logger }),
      await service.joined([few, many], {}, { logger }),
    ];
    for (const [at, worker] of members.entries()) work(worker, String(at)).catch(() => undefined);
    await expect.poll(() => counted.size, { timeout: 120_000 }).toBe(5000);
    expect([...counted.values()].every((times) => times === 1)).toBe(true);
    expect([...counted.keys()].filter((key) => key.startsWith(`${few}/`)).length).toBe(3000);
    expect((members[0]?.owned.size ?? 0) + (members[1]?.owned.size ?? 0)).toBe(7);
  });

  it('names the one of several topics that does not exist', async () => {
    const name = await topic();
    await expect(service.joined([name, 'not-there'])).rejects.toMatchObject({
      message: 'topic not-there does not exist',
    });
  });
});
