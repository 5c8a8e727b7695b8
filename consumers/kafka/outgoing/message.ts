import type { DeadLetter, Prediction } from '../../../common/outgoing.ts';

/** A message for a topic, with the position it stands for. */
export interface OutgoingMessage {
  /** Of the event or dead letter, in its source. */
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly OutgoingHeader[];
}

export interface OutgoingHeader {
  readonly name: string;
  readonly value: Buffer | null;
}

/** Headers of ours begin so. Of a name that stands several times the last one is ours. */
export const headerPrefix = 'tidemark.';
/** Of a text in a header; the whole one is in the store. */
const headerTextChars = 1000;

const header = (name: string, text: string): OutgoingHeader => ({
  name: headerPrefix + name,
  value: Buffer.from(text.slice(0, headerTextChars)),
});

/** The message as it came, and why it was refused in headers. */
export function letterMessage(letter: DeadLetter, pipeline: string): OutgoingMessage {
  const { offset, key, payload, headers } = letter;
  const whole = payload === null || payload.length === letter.payloadBytes;
  return {
    offset,
    key,
    value: payload,
    headers: [
      ...headers,
      header('reason', letter.reason),
      header('path', letter.path),
      header('message', letter.message),
      header('source', letter.source),
      header('partition', String(letter.partition)),
      header('offset', String(offset)),
      header('contract', letter.contract),
      header('pipeline', pipeline),
      header('rejected-at', new Date(letter.rejectedAtMs).toISOString()),
      ...(whole ? [] : [header('payload-bytes', String(letter.payloadBytes))]),
    ],
  };
}

const noHeaders: readonly OutgoingHeader[] = [];

/** JSON, keyed by the id of the event. Written by hand: it runs for every event. */
export function predictionMessage({
  offset,
  id,
  model,
  version,
  slot,
  value,
  eventTimeMs,
}: Prediction): OutgoingMessage {
  const role = slot === 'champion' ? 'champion' : 'challenger';
  const number = Number.isFinite(value) ? String(value) : 'null';
  const text =
    `{"id":${JSON.stringify(id)},"model":${JSON.stringify(model)},"version":${JSON.stringify(version)},"role":"${role}",` +
    `"value":${number},"eventTime":"${new Date(eventTimeMs).toISOString()}"}`;
  return { offset, key: id === '' ? null : Buffer.from(id), value: Buffer.from(text), headers: noHeaders };
}
