import type { DeadLetterGroup } from '../../common/read-model.ts';
import { number, numberOrNull, type Query, text } from './rows.ts';

const examplePayloadChars = 400;

/** Rejected messages by reason and place, most frequent first, each with its newest example. */
export async function readDeadLetters(query: Query): Promise<DeadLetterGroup[]> {
  const rows = await query(
    `SELECT reason, path, count() AS letters, argMax(tuple(source, partition, offset), offset) AS newest
     FROM {database:Identifier}.dead_letters FINAL GROUP BY reason, path ORDER BY letters DESC LIMIT 50`,
  );
  if (rows.length === 0) return [];
  // The payloads, which are large, are read for the examples only.
  const examples = await query(
    `SELECT reason, path, source, partition, offset, message, payload_bytes,
            toUnixTimestamp64Milli(arrival_time) AS arrival, substringUTF8(payload, 1, ${examplePayloadChars}) AS payload
     FROM {database:Identifier}.dead_letters FINAL
     WHERE (source, partition, offset) IN (
       SELECT newest.1, newest.2, newest.3 FROM (
         SELECT argMax(tuple(source, partition, offset), offset) AS newest FROM {database:Identifier}.dead_letters GROUP BY reason, path))`,
  );
  const exampleOf = new Map(examples.map((row) => [`${text(row, 'reason')} ${text(row, 'path')}`, row]));
  return rows.flatMap((row) => {
    const example = exampleOf.get(`${text(row, 'reason')} ${text(row, 'path')}`);
    if (example === undefined) return [];
    return {
      reason: text(row, 'reason'),
      path: text(row, 'path'),
      count: number(row, 'letters'),
      example: {
        source: text(example, 'source'),
        partition: number(example, 'partition'),
        offset: number(example, 'offset'),
        arrivalTime: numberOrNull(example, 'arrival'),
        message: text(example, 'message'),
        payload: text(example, 'payload'),
        payloadBytes: number(example, 'payload_bytes'),
      },
    };
  });
}
