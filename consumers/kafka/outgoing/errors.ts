import { ErrorCode, TidemarkError } from '../../../common/error.ts';
import { translateKafkaError } from '../errors.ts';

export interface OutputPlace {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Of its cursor. */
  readonly group: string;
}

/** The broker's error types of an error and its causes, outermost first. */
function typesOf(error: unknown): readonly string[] {
  const types: string[] = [];
  let current = error;
  for (let depth = 0; typeof current === 'object' && current !== null && depth < 8; depth++) {
    const { type, cause } = current as { readonly type?: unknown; readonly cause?: unknown };
    if (typeof type === 'string') types.push(type);
    current = cause;
  }
  return types;
}

export function isTooLarge(error: unknown): boolean {
  return typesOf(error).some((type) => type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE');
}

/** Somebody else has opened the lane since, or the broker has given the transaction up. */
export function isProducerFenced(error: unknown): boolean {
  return typesOf(error).some((type) =>
    ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_TXN_STATE'].includes(type),
  );
}

const denied = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);

/** Translates what kafkajs threw while something went out. What is not known to be final is retriable. */
export function translateOutputError(error: unknown, place: OutputPlace): TidemarkError {
  const where = `kafka ${place.brokers.join(', ')}`;
  if (typesOf(error).some((type) => denied.has(type))) {
    return new TidemarkError(ErrorCode.OUTPUT_UNAVAILABLE, `the login may not write to topic ${place.topic}`, {
      place: where,
      cure: `Grant it WRITE and DESCRIBE on the topic, READ on the group and WRITE on transactional ids that begin with ${place.group}`,
      cause: error,
    });
  }
  if (error instanceof TidemarkError && error.code !== ErrorCode.SOURCE_UNAVAILABLE) return error;
  const known = translateKafkaError(error, { brokers: place.brokers, topics: [place.topic], group: place.group });
  return new TidemarkError(ErrorCode.OUTPUT_UNAVAILABLE, known.message, {
    place: where,
    ...(known.cure === undefined ? {} : { cure: known.cure.replaceAll('of the source', 'of the output') }),
    retriable: known.retriable,
    cause: error,
  });
}

export function topicMissing(place: OutputPlace): TidemarkError {
  return new TidemarkError(
    ErrorCode.OUTPUT_UNAVAILABLE,
    `topic ${place.topic} does not exist, or the login may not see it`,
    {
      place: `kafka ${place.brokers.join(', ')}`,
      cure: 'Create it, or correct topic; topics are never created by writing.',
    },
  );
}
