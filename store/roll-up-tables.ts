import { column, lc, type TableDefinition, time } from './table-definition.ts';

/** Sums of sealed panes. A table of its own, so that whoever adds up panes cannot add a sum to what it is a sum of. */
export function rolledTable(counts: TableDefinition['columns']): TableDefinition {
  return {
    name: 'rolled_profiles',
    purpose:
      'Counts of one feature over one hour or day and segment: the sum of its sealed panes, for panes that are shorter. The highest revision counts.',
    columns: [
      column('pane', time, 'start of the hour or day (UTC)'),
      column('pane_ms', 'UInt32', '3,600,000 or 86,400,000'),
      column('segment', lc, 'empty: all events; else FEATURE=VALUE'),
      column('feature', lc, 'feature'),
      column('binning', lc, 'how values were counted'),
      column('revision', 'UInt64', 'grows when late events change a pane of it'),
      ...counts,
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (pane_ms, pane, segment, feature, binning)',
  };
}
