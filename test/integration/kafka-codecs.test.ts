import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { registerCodecs } from '../../consumers/kafka/codecs/register.ts';
import { kafkaClassPath } from '../../scripts/kafka/jars.ts';
import { describeWithKafka } from './kafka/gate.ts';
import { readValues, type Service, startService } from './kafka/service.ts';

const lines = Array.from({ length: 5000 }, (_, at) =>
  JSON.stringify({ id: `e${at}`, time: new Date(1.7e12 + at * 1000).toISOString(), size: at % 7, text: 'naïve ☂' }),
);
const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const types = {
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};
const hasKcat = spawnSync('kcat', ['-V']).status === 0;

describeWithKafka('compressed messages', () => {
  let service: Service;
  let file: string;

  beforeAll(async () => {
    service = await startService();
    file = join(service.directory, 'lines');
    writeFileSync(file, `${lines.join('\n')}\n`);
  });
  afterEach(() => service.closeMembers());
  afterAll(() => service?.stop());

  async function readBack(topic: string): Promise<void> {
    const reader = await service.joined(topic, { maxBytesPerPartition: 1024 * 1024 });
    expect(await readValues(reader, lines.length)).toEqual(lines);
  }

  it.each(codecs)("of Kafka's own producer are read exactly: %s", async (codec) => {
    const topic = `java-${codec}`;
    await service.log.createTopic(topic, 1);
    // The largest batches a producer makes by default limits: many blocks of the codec in one.
    const settings = ['linger.ms=100', 'batch.size=900000', 'buffer.memory=67108864'];
    execFileSync(
      'java',
      [
        ...['-Xmx256m', '-cp', kafkaClassPath(), 'org.apache.kafka.tools.ConsoleProducer'],
        ...['--bootstrap-server', service.broker.brokers, '--topic', topic, '--compression-codec', codec],
        ...settings.flatMap((setting) => ['--producer-property', setting]),
      ],
      { input: `${lines.join('\n')}\n`, stdio: ['pipe', 'ignore', 'pipe'] },
    );
    await readBack(topic);
  });

  it.runIf(hasKcat).each(codecs)('of librdkafka (kcat) are read exactly: %s', async (codec) => {
    const topic = `kcat-${codec}`;
    await service.log.createTopic(topic, 1);
    execFileSync('kcat', ['-P', '-b', service.broker.brokers, '-t', topic, '-z', codec, '-l', file]);
    await readBack(topic);
  });

  it.each(codecs)('that our own codec writes are what the broker and we read: %s', async (codec) => {
    const topic = `kafkajs-${codec}`;
    await service.log.createTopic(topic, 1);
    registerCodecs();
    const kafka = new Kafka({ brokers: [service.broker.brokers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, compression: types[codec], messages: lines.map((value) => ({ value })) });
    await producer.disconnect();
    await readBack(topic);
  });

  it('in a topic of all codecs are read in order', async () => {
    await service.log.createTopic('mixed', 1);
    const kafka = new Kafka({ brokers: [service.broker.brokers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    for (const [at, compression] of [CompressionTypes.None, ...Object.values(types)].entries())
      await producer.send({ topic: 'mixed', compression, messages: [{ value: `a${at}` }, { value: `b${at}` }] });
    await producer.disconnect();
    const reader = await service.joined('mixed');
    expect(await readValues(reader, 10)).toEqual([0, 1, 2, 3, 4].flatMap((at) => [`a${at}`, `b${at}`]));
  });
});
