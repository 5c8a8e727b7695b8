import type { OutgoingStore } from '../../common/outgoing.ts';
import type { Logger, Metrics } from '../../common/ports.ts';
import type { OutputConfig, PipelineConfig } from '../../config/schema.ts';
import { topicsOf } from '../../consumers/kafka/client.ts';
import { createOutputClient } from '../../consumers/kafka/outgoing/client.ts';
import { connectionOf, sameBrokers } from '../../consumers/kafka/outgoing/connection.ts';
import { letterMessage, predictionMessage } from '../../consumers/kafka/outgoing/message.ts';
import {
  combineOutgoing,
  createOutbox,
  type Outbox,
  type OutboxOptions,
} from '../../consumers/kafka/outgoing/outbox.ts';
import { createOutputTopic } from '../../consumers/kafka/outgoing/output-topic.ts';
import { deadLetterSlice, pageSlice, predictionSlice } from '../../consumers/kafka/outgoing/slices.ts';

export interface OutgoingOptions {
  readonly config: PipelineConfig;
  /** What relative paths start from. */
  readonly directory: string;
  readonly store: OutgoingStore;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What of a pipeline goes out to Kafka; undefined where nothing does. */
export function createOutgoing(options: OutgoingOptions): Outbox | undefined {
  const { config, directory, store, logger, metrics } = options;
  const { pipeline, deadLetters, predictions, source, labels } = config;
  const outboxOf = (
    name: string,
    output: OutputConfig,
    parts: Pick<OutboxOptions, 'sliceOf' | 'read' | 'takes'>,
  ): Outbox => {
    const connection = connectionOf(output, source.kafka);
    const sourceTopics = [source.kafka, labels?.source.kafka].flatMap((kafka) =>
      kafka !== undefined && sameBrokers(kafka, connection) ? topicsOf(kafka) : [],
    );
    const topic = createOutputTopic({
      pipeline,
      output: name,
      topic: output.topic,
      client: createOutputClient({ connection, directory, logger }),
      brokers: connection.brokers,
      sourceTopics,
    });
    return createOutbox({ name, topic, store, logger, metrics, ...parts });
  };
  const outboxes: Outbox[] = [];
  if (deadLetters !== undefined)
    outboxes.push(
      outboxOf('dead-letters', deadLetters, {
        sliceOf: deadLetterSlice(pipeline),
        read: async (request) =>
          pageSlice(request.from, await store.deadLetters(request), (letter) => letterMessage(letter, pipeline)),
        takes: () => true,
      }),
    );
  if (predictions !== undefined)
    outboxes.push(
      outboxOf('predictions', predictions, {
        sliceOf: predictionSlice,
        read: async (request) => pageSlice(request.from, await store.predictions(request), predictionMessage),
        takes: ({ role }) => role === 'events',
      }),
    );
  return outboxes.length === 0 ? undefined : combineOutgoing(outboxes);
}
