import type { Kafka } from 'kafkajs';
import type { Logger } from '../../../common/ports.ts';
import { createClient, type KafkaConnection } from '../client.ts';
import { createSockets } from '../sockets.ts';

/** Few: who sends begins anew after kafkajs has given up. */
const retries = 4;

/** A client of kafkajs whose connections can be ended. */
export interface OutputClient {
  readonly kafka: Kafka;
  /** Ends all connections at once, also those that kafkajs would wait for. */
  close(): void;
}

/** @throws TidemarkError FILE_UNREADABLE, FILE_MALFORMED for the files of `ssl` */
export function createOutputClient(options: {
  readonly connection: KafkaConnection;
  /** What the paths of `ssl` start from. */
  readonly directory: string;
  readonly logger: Logger;
}): OutputClient {
  const { connection, directory, logger } = options;
  const sockets = createSockets();
  let ended = false;
  const kafka = createClient({
    config: connection,
    directory,
    logger,
    sockets,
    retries,
    isEnded: () => ended,
    // What it reports reaches whoever called as an exception, too.
    onError: () => undefined,
  });
  return {
    kafka,
    close() {
      ended = true;
      sockets.close();
    },
  };
}
