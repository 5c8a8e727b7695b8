import { column, lc, position, type TableDefinition, time } from './table-definition.ts';

/** Columns of `dead_letters` that came with version 2. */
export const deadLetterAdditions = [
  column(
    'rejected_at',
    `${time} DEFAULT ifNull(arrival_time, toDateTime64(0, 3, 'UTC'))`,
    'wall clock when it was rejected',
  ),
  column('key_absent', 'UInt8 DEFAULT empty(key)', '1 where the message had no key, which is not an empty one'),
  column('payload_absent', 'UInt8', '1 where the message had no value: a tombstone'),
  column('header_names', 'Array(String)', 'names of the headers, in their order; a name may stand several times'),
  column('header_values', 'Array(Nullable(String))', 'their values'),
];

/** Dead letters, how far they have gone out, and which were sent again. */
export const deadLetterTables: readonly TableDefinition[] = [
  {
    name: 'dead_letters',
    purpose: 'Every rejected message once, with the reason.',
    columns: [
      ...position,
      column('arrival_time', `Nullable(${time})`, 'when it was received'),
      column('reason', lc, 'code of the first violation'),
      column('path', lc, 'where in the event'),
      column('message', 'String', 'expected and found, for people'),
      column('violations', 'String', 'all of them, as JSON'),
      column('key', 'String', 'key of the message, its bytes as they came'),
      column('payload', 'String', 'the bytes as they came (cut to 16 MiB; payload_bytes is the whole size)'),
      column('payload_bytes', 'UInt64', 'size of the message'),
      column('contract', lc, 'name and version of the contract that refused it'),
      ...deadLetterAdditions,
    ],
    engine: 'ReplacingMergeTree(epoch) ORDER BY (source, partition, offset)',
  },
  {
    name: 'outgoing',
    purpose:
      'How far dead letters and predictions have gone out to Kafka, by output and partition. The broker knows it exactly; this is where it is found again when the broker has forgotten.',
    columns: [
      column('lane', 'String', 'output, topic, source and partition'),
      column('position', 'UInt64', 'everything before it has gone out; the highest counts'),
      column('at', time, 'wall clock'),
    ],
    engine: 'ReplacingMergeTree(position) ORDER BY lane',
  },
  {
    name: 'replays',
    purpose:
      'Dead letters that were sent again, a part at a time: before it is done and when it is known what came of it.',
    columns: [
      column('replay_id', 'String', 'of the part'),
      column('state', lc, 'begun, sent, or void: it did not happen'),
      column('at', time, 'wall clock'),
      column('target', 'String', 'topic or file they went to'),
      column('letters', 'UInt64', 'how many, where state is begun'),
    ],
    engine: 'ReplacingMergeTree(at) ORDER BY (replay_id, state)',
  },
  {
    name: 'replayed_letters',
    purpose: 'Which dead letters belong to a part of a replay. They count as replayed if replays has the part as sent.',
    columns: [...position.filter(({ name }) => name !== 'epoch'), column('replay_id', 'String', 'of the part')],
    engine: 'ReplacingMergeTree ORDER BY (source, partition, offset, replay_id)',
  },
];
