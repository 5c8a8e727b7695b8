import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { RawHeaders, SourceMessage } from '../../common/source.ts';

type Headers = Readonly<Record<string, Buffer>>;

/** Header values as bytes; of a name that stands several times, the last value. Undefined where there are none. */
function toHeaders(headers: IHeaders | undefined): Headers | undefined {
  let found: Record<string, Buffer> | undefined;
  for (const name in headers) {
    const given = headers[name];
    const last = Array.isArray(given) ? given.at(-1) : given;
    if (last === undefined || last === null) continue;
    found ??= {};
    found[name] = typeof last === 'string' ? Buffer.from(last) : last;
  }
  return found;
}

/** One message of kafkajs as the worker reads it. Written out for speed: it runs for every message. */
export function toSourceMessage(message: KafkaMessage): SourceMessage {
  const offset = Number(message.offset);
  const { key, value } = message;
  const arrivalTimeMs = Number(message.timestamp);
  // Kafka writes -1 where a message has no time (very old producers).
  const plain: SourceMessage = arrivalTimeMs >= 0 ? { offset, key, value, arrivalTimeMs } : { offset, key, value };
  for (const _ in message.headers) {
    const headers = toHeaders(message.headers);
    const rawHeaders = message.headers as RawHeaders;
    return headers === undefined ? { ...plain, rawHeaders } : { ...plain, headers, rawHeaders };
  }
  return plain;
}

/** What JavaScript keeps beside the bytes of a message, about. */
export const overheadBytes = 200;

/** What a message holds in memory, about. */
export function bytesOf(message: KafkaMessage): number {
  return (message.key?.length ?? 0) + (message.value?.length ?? 0) + overheadBytes;
}
