import { column, lc, position, type TableDefinition, time } from './table-definition.ts';

/** Rows of events kept for looking at several features at once. */
export const sampleTables: readonly TableDefinition[] = [
  {
    name: 'samples',
    purpose:
      'Some accepted events of every pane with their features (columns as in events). The sample of a pane are those with the smallest priorities whose chunk is in chunks. Writing a chunk twice changes nothing.',
    columns: [
      column('chunk_id', 'String', 'chunk that added them'),
      column('pane', time, 'start of the pane'),
      column('priority', 'UInt32', 'hash of the position, uniform'),
      column('per_pane', 'UInt32', 'so many of the pane are its sample'),
      ...position,
      column('event_time', time, 'when it happened, by the producer'),
      column('arrival_time', `Nullable(${time})`, 'when it was received'),
      column('tenant', lc, 'tenant, or empty'),
      column('prediction_of', 'Array(String)', 'MODEL:VERSION of the champions that scored it'),
      column('prediction', 'Array(Float64)', 'what they said'),
    ],
    engine: 'ReplacingMergeTree ORDER BY (pane, chunk_id, priority, source, partition, offset)',
  },
];
