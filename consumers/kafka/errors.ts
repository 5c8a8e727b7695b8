import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { notKafka } from './sockets.ts';

/** What kafkajs puts on its errors; read by name, since its classes are wrapped several times over. */
interface KafkaErrorShape {
  readonly name?: string;
  /** The broker's error, such as ILLEGAL_GENERATION. */
  readonly type?: string;
  readonly broker?: string;
  /** Of the socket, such as ECONNREFUSED. */
  readonly code?: string | number;
  readonly cause?: unknown;
}

export interface KafkaPlace {
  readonly brokers: readonly string[];
  readonly topics: readonly string[];
  readonly group: string;
}

/** The broker's ways to say that a member of an older generation may not commit. */
const fencedTypes: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
]);

/** The error and what caused it, outermost first. */
function chainOf(error: unknown): KafkaErrorShape[] {
  const chain: KafkaErrorShape[] = [];
  let current = error;
  while (typeof current === 'object' && current !== null && chain.length < 8) {
    chain.push(current as KafkaErrorShape);
    current = (current as KafkaErrorShape).cause;
  }
  return chain;
}

export function isFenced(error: unknown): boolean {
  return chainOf(error).some(({ type }) => type !== undefined && fencedTypes.has(type));
}

/** True for what kafkajs itself throws: it has to reach kafkajs again when it comes out of a handler. */
export function isKafkaError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS');
}

/** What Node says of a chain that leads to nobody it trusts. */
const untrusted: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function textOf(error: KafkaErrorShape): string {
  return messageOf(error).replace(/^Connection error: /, '');
}

interface Rule {
  readonly matches: (error: KafkaErrorShape) => boolean;
  /** `error` is the one that matched. */
  readonly message: (place: KafkaPlace, error: KafkaErrorShape) => string;
  readonly cure: (place: KafkaPlace) => string;
  readonly retriable: boolean;
}

const list = (texts: readonly string[]) => texts.join(', ');

const rules: readonly Rule[] = [
  {
    matches: ({ name, type }) =>
      name === 'KafkaJSSASLAuthenticationError' ||
      type === 'SASL_AUTHENTICATION_FAILED' ||
      type === 'ILLEGAL_SASL_STATE' ||
      type === 'UNSUPPORTED_SASL_MECHANISM',
    message: () => 'the broker refuses the login',
    cure: () => 'Check sasl.mechanism, sasl.username and sasl.password of the source.',
    retriable: false,
  },
  {
    matches: ({ type }) => type === 'TOPIC_AUTHORIZATION_FAILED',
    message: ({ topics }) => `the login may not read topic ${list(topics)}`,
    cure: () => 'Grant it READ on the topic (an ACL of the broker).',
    retriable: false,
  },
  {
    matches: ({ type }) => type === 'GROUP_AUTHORIZATION_FAILED',
    message: ({ group }) => `the login may not use the consumer group ${group}`,
    cure: ({ group }) => `Grant it READ on the group ${group} (an ACL of the broker), or correct group in the source.`,
    retriable: false,
  },
  {
    matches: ({ type }) => type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'INVALID_TOPIC_EXCEPTION',
    message: ({ topics }) => `topic ${list(topics)} does not exist`,
    cure: () => 'Create it, or correct topic in the source.',
    retriable: false,
  },
  {
    matches: ({ type }) => type === 'INVALID_SESSION_TIMEOUT',
    message: () => 'the broker does not accept the session timeout',
    cure: () =>
      'Set sessionTimeout between group.min.session.timeout.ms and group.max.session.timeout.ms of the broker.',
    retriable: false,
  },
  {
    matches: ({ type }) => type === 'OFFSET_METADATA_TOO_LARGE',
    message: () => 'the description of a chunk is larger than the broker keeps with an offset',
    cure: () => 'Raise offset.metadata.max.bytes of the broker, or lower flush.rows.',
    retriable: false,
  },
  {
    matches: ({ type }) => type === 'INCONSISTENT_GROUP_PROTOCOL',
    message: ({ group }) => `group ${group} has members of another kind`,
    cure: () => 'Give this pipeline a consumer group of its own.',
    retriable: false,
  },
  {
    matches: ({ code }) => code === notKafka,
    message: () => 'what answers there is no Kafka broker',
    cure: () => 'Correct host and port in brokers of the source.',
    retriable: false,
  },
  {
    matches: ({ code }) => code === 'ERR_TLS_CERT_ALTNAME_INVALID',
    message: (_, error) => `the certificate of the broker is for another name: ${textOf(error)}`,
    cure: () => 'Name the broker in brokers as its certificate does, or set ssl.servername.',
    retriable: false,
  },
  {
    matches: ({ code }) => typeof code === 'string' && untrusted.has(code),
    message: (_, error) => `the certificate of the broker is not trusted: ${textOf(error)}`,
    cure: () => 'Set ssl.ca to the file of the authority that signed it.',
    retriable: false,
  },
  {
    matches: ({ code }) => code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID',
    message: (_, error) => `the certificate of the broker is not valid now: ${textOf(error)}`,
    cure: () => 'Renew it, and check the clocks of both machines.',
    retriable: false,
  },
  {
    matches: (error) => /wrong version number|packet length too long/i.test(textOf(error)),
    message: () => 'the broker does not speak TLS at this port',
    cure: () => 'Correct the port in brokers of the source, or leave ssl out.',
    retriable: false,
  },
  {
    matches: (error) => /before secure TLS connection/i.test(textOf(error)),
    message: () => 'the broker closes the connection before TLS is agreed on',
    cure: () => 'If it goes on, the port does not speak TLS: correct brokers of the source, or leave ssl out.',
    retriable: true,
  },
  {
    matches: (error) => /certificate required|handshake failure|bad certificate|unknown ca/i.test(textOf(error)),
    message: () => 'the broker refuses the certificate of this client, or there is none',
    cure: () => 'Set ssl.cert and ssl.key to a certificate whose authority the broker trusts.',
    retriable: false,
  },
];

/** Translates what kafkajs threw, once, at the adapter's edge. What is not known to be final is retriable. */
export function translateKafkaError(error: unknown, place: KafkaPlace): TidemarkError {
  const chain = chainOf(error);
  const ours = chain.find((one) => one instanceof TidemarkError);
  if (ours !== undefined) return ours;
  const where = `kafka ${list(place.brokers)}`;
  for (const rule of rules) {
    const found = chain.find(rule.matches);
    if (found === undefined) continue;
    return new TidemarkError(ErrorCode.SOURCE_UNAVAILABLE, rule.message(place, found), {
      place: where,
      cure: rule.cure(place),
      retriable: rule.retriable,
      cause: error,
    });
  }
  return new TidemarkError(ErrorCode.SOURCE_UNAVAILABLE, `the broker does not answer: ${messageOf(error)}`, {
    place: where,
    cure: 'Check that it runs and that brokers, ssl and sasl of the source are right.',
    retriable: true,
    cause: error,
  });
}
