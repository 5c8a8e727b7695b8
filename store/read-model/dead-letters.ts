import type { DeadLetterGroup } from '../../common/read-model.ts';
import { number, numberOrNull, type Query, text } from './rows.ts';

const examplePayloadChars = 400;

/** True where the letter was sent again. */
const replayed = `(source, partition, offset) IN (
  SELECT source, partition, offset FROM {database:Identifier}.replayed_letters
  WHERE replay_id IN (SELECT replay_id FROM {database:Identifier}.replays WHERE state = 'sent'))`;
/** What the letter is a replay of; null where it is none. */
const replayOf = `arrayElement(arrayFilter((value, name) -> name = 'tidemark.replay-of', header_values, header_names), -1)`;

/** Rejected messages by reason and place, most frequent first, each with its newest example. */
export async function readDeadLetters(query: Query): Promise<DeadLetterGroup[]> {
  const rows = await query(
    `SELECT reason, path, count() AS letters, countIf(${replayed}) AS replayed, argMax(tuple(source, partition, offset), offset) AS newest
     FROM {database:Identifier}.dead_letters FINAL GROUP BY reason, path ORDER BY letters DESC LIMIT 50`,
  );
  if (rows.length === 0) return [];
  // The payloads, which are large, are read for the examples only.
  const examples = await query(
    `SELECT reason, path, source, partition, offset, message, payload_bytes,
            toUnixTimestamp64Milli(arrival_time) AS arrival, substringUTF8(payload, 1, ${examplePayloadChars}) AS payload,
            ${replayed} AS replayed, ${replayOf} AS replay_of
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
      replayed: number(row, 'replayed'),
      example: {
        source: text(example, 'source'),
        partition: number(example, 'partition'),
        offset: number(example, 'offset'),
        arrivalTime: numberOrNull(example, 'arrival'),
        message: text(example, 'message'),
        payload: text(example, 'payload'),
        payloadBytes: number(example, 'payload_bytes'),
        replayed: number(example, 'replayed') === 1,
        replayOf: text(example, 'replay_of') === '' ? null : text(example, 'replay_of'),
      },
    };
  });
}
