import { resolve } from 'node:path';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { Frame } from '../../common/feature.ts';
import type { EventIntake } from '../../common/intake.ts';
import type { Logger, Metrics } from '../../common/ports.ts';
import type { PartitionId, Source } from '../../common/source.ts';
import type { FileSourceConfig, KafkaSourceConfig, PipelineConfig } from '../../config/schema.ts';
import type { Decoder } from '../../consumers/decoders/decoder.ts';
import { holdUntilPrepared } from '../../consumers/decoders/holding-source.ts';
import { createFileSource, type FileInput } from '../../consumers/file/file-source.ts';
import { createHttpSource } from '../../consumers/http/http-source.ts';
import { createKafkaSource } from '../../consumers/kafka/kafka-source.ts';
import { mergeSources } from '../../consumers/merged-source.ts';
import type { Decoders } from './decoders.ts';

export interface SourcesOptions {
  readonly config: PipelineConfig;
  /** What relative paths start from. */
  readonly directory: string;
  /** `bounded`: only what has an end, files; `shared`: only what several workers can share, Kafka. */
  readonly which: 'all' | 'bounded' | 'shared';
  readonly decoders: Decoders;
  readonly readFrame: (path: string) => Promise<Frame>;
  readonly progressMs: (partition: PartitionId) => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface Sources {
  readonly source: Source;
  readonly intake: EventIntake | undefined;
  /** Everything that is read has an end: decisions can wait for each other, so that a run can be repeated. */
  readonly bounded: boolean;
  /** Something that is read has no end. */
  readonly open: boolean;
}

/** The sources of events and labels of a pipeline, as one. */
export function createSources(options: SourcesOptions): Sources {
  const { config, directory, logger, metrics } = options;
  const { kafka, file, http } = config.source;
  const labels = config.labels?.source;
  const { which } = options;
  const input = (one: FileSourceConfig, role: FileInput['role']): FileInput => ({
    path: resolve(directory, one.path),
    role,
    ...(one.name === undefined ? {} : { name: one.name }),
    ...(one.ratePerSecond === undefined ? {} : { ratePerSecond: one.ratePerSecond }),
  });
  const files = [
    ...(file === undefined ? [] : [input(file, 'events')]),
    ...(labels?.file === undefined ? [] : [input(labels.file, 'labels')]),
  ];
  const sources: Source[] = [];
  let intake: EventIntake | undefined;
  if (files.length > 0 && which !== 'shared') {
    sources.push(
      createFileSource(files, {
        readFrame: options.readFrame,
        progressMs: options.progressMs,
        maxLineBytes: config.event.maxBytes,
        now: Date.now,
        sleep: options.sleep,
      }),
    );
  }
  if (which !== 'bounded') {
    const shared = { directory, logger, metrics };
    // Lines of files and requests are JSON, which waits for nothing.
    const add = (role: PartitionId['role'], config: KafkaSourceConfig, decoder: Decoder | undefined) => {
      const source = createKafkaSource(config, { ...shared, role });
      const waits = decoder?.waits === true;
      sources.push(waits ? holdUntilPrepared(source, { decoder, metrics, role }) : source);
    };
    if (kafka !== undefined) add('events', kafka, options.decoders.events);
    if (labels?.kafka !== undefined) add('labels', labels.kafka, options.decoders.labels);
    if (http !== undefined && which === 'all') {
      const source = createHttpSource(http, { logger });
      sources.push(source);
      intake = source;
    }
  }
  if (sources.length === 0) {
    throw which === 'shared'
      ? new TidemarkError(ErrorCode.CONFIG_INVALID, 'nothing that the pipeline reads can be shared by workers', {
          place: 'source',
          cure: 'Files and HTTP are read by one process: run tidemark up, or add a source.kafka',
        })
      : new TidemarkError(ErrorCode.CONFIG_INVALID, 'nothing that the pipeline reads has an end', {
          place: '--once',
          cure: 'Leave --once out, or add a source.file',
        });
  }
  const live = kafka !== undefined || labels?.kafka !== undefined;
  return {
    source: mergeSources(sources),
    intake,
    bounded: which !== 'shared' && files.length > 0 && !(live && which !== 'bounded'),
    open: which !== 'bounded' && (live || http !== undefined),
  };
}
