import type { DeadLetter } from '../common/outgoing.ts';

/** Columns of `dead_letters` as {@link deadLetterOf} takes them: bytes go through JSON in base64. */
export const deadLetterColumns = `source, partition, offset, epoch, toUnixTimestamp64Milli(rejected_at) AS rejected, reason, path, message,
  contract, base64Encode(key) AS key64, key_absent, base64Encode(payload) AS payload64, payload_absent, payload_bytes,
  header_names, arrayMap(value -> if(isNull(value), NULL, base64Encode(assumeNotNull(value))), header_values) AS values64`;

export interface DeadLetterRecord {
  readonly source: string;
  readonly partition: number;
  readonly offset: string;
  readonly epoch: string;
  readonly rejected: string;
  readonly reason: string;
  readonly path: string;
  readonly message: string;
  readonly contract: string;
  readonly key64: string;
  readonly key_absent: number;
  readonly payload64: string;
  readonly payload_absent: number;
  readonly payload_bytes: string;
  readonly header_names: readonly string[];
  readonly values64: readonly (string | null)[];
}

const bytes = (text: string) => Buffer.from(text, 'base64');

export function deadLetterOf(record: DeadLetterRecord): DeadLetter {
  return {
    source: record.source,
    partition: Number(record.partition),
    offset: Number(record.offset),
    rejectedAtMs: Number(record.rejected),
    reason: record.reason,
    path: record.path,
    message: record.message,
    contract: record.contract,
    key: Number(record.key_absent) === 1 ? null : bytes(record.key64),
    payload: Number(record.payload_absent) === 1 ? null : bytes(record.payload64),
    payloadBytes: Number(record.payload_bytes),
    headers: record.header_names.map((name, at) => {
      const value = record.values64[at];
      return { name, value: value === null || value === undefined ? null : bytes(value) };
    }),
  };
}
