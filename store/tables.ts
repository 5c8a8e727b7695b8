import { deadLetterTables } from './dead-letter-tables.ts';
import { rolledTable } from './roll-up-tables.ts';
import { sampleColumns } from './sample-columns.ts';
import { column, lc, position, type TableDefinition, time } from './table-definition.ts';

/**
 * Every table, as the statements that create it. `docs/tables.md` is made from this file. One database a pipeline.
 *
 * Rows that belong to a position carry the worker's `epoch`: of two writings of one position the later owner's wins,
 * whichever arrives last. Readers say FINAL (or argMax) and never count a row whose chunk is not in `chunks`.
 */

/** Columns of both tables of profiles that came with version 5. */
export const distinctColumns = [
  column('distinct_index', 'Array(UInt16)', 'registers of different values outside the known ones (HyperLogLog)'),
  column('distinct_rank', 'Array(UInt8)', 'what they hold; they merge by maxMap'),
];

/** Mergeable counts of one feature; see `common/profile.ts`. */
const counts = [
  column('n', 'UInt64', 'events'),
  column('missing', 'UInt64', 'absent or null'),
  column('invalid', 'UInt64', 'not usable'),
  column('zero', 'UInt64', 'exactly zero'),
  column('nan', 'UInt64', 'not a number'),
  column('pos_inf', 'UInt64', 'plus infinity'),
  column('neg_inf', 'UInt64', 'minus infinity'),
  column('min', 'Float64', 'least finite value; inf where there is none'),
  column('max', 'Float64', 'greatest finite value; -inf where there is none'),
  column('sum_z', 'Float64', 'sum of (v - center) / scale'),
  column('sum_z2', 'Float64', 'sum of its squares'),
  column('bin_index', 'Array(UInt16)', 'bins that are not empty'),
  column('bin_count', 'Array(UInt64)', 'their counts'),
  column('unseen', 'UInt64', 'values outside the known ones'),
  column('unseen_value', 'Array(String)', 'the most frequent of them'),
  column('unseen_count', 'Array(UInt64)', 'their counts'),
  ...distinctColumns,
];

export const tables: readonly TableDefinition[] = [
  {
    name: 'chunks',
    purpose: 'What is counted: the ranges of positions whose processing is complete.',
    columns: [
      ...position.filter(({ name }) => name === 'source' || name === 'partition'),
      column('chunk_id', 'String', 'source/partition/from-to@epoch'),
      column('role', lc, 'events or labels'),
      column('from_offset', 'UInt64', 'first position'),
      column('to_offset', 'UInt64', 'position after the last'),
      column('epoch', 'UInt64', 'ownership under which it was processed'),
      column('flush', 'UInt64', 'running number of the flush that wrote it, within its worker'),
      column('read', 'UInt64', 'messages; read = valid + coerced + flagged + rejected'),
      column('valid', 'UInt64', 'events of that verdict'),
      column('coerced', 'UInt64', 'events of that verdict'),
      column('flagged', 'UInt64', 'events of that verdict, duplicates among them'),
      column('rejected', 'UInt64', 'messages in dead_letters'),
      column('duplicates', 'UInt64', 'flagged events whose id was seen before; neither scored nor profiled'),
      column('late', 'UInt64', 'accepted events that came after their pane was closed'),
      column('predictions', 'UInt64', 'rows in predictions'),
      column('labels', 'UInt64', 'rows in labels'),
      column('profile_rows', 'UInt64', 'rows in profiles'),
      column('panes', 'Array(Int64)', 'starts of the panes with profiles of this chunk, ms since 1970'),
      column('watermark', time, 'of the partition after this chunk'),
      column('committed_at', time, 'wall clock'),
    ],
    engine: 'ReplacingMergeTree(epoch) ORDER BY (source, partition, from_offset)',
  },
  {
    name: 'events',
    purpose:
      'Every accepted event once, with its features (one column f_NAME for each feature of the contract; of a vector a list of Float32, empty where absent).',
    columns: [
      ...position,
      column('event_time', time, 'when it happened, by the producer'),
      column('arrival_time', `Nullable(${time})`, 'when it was received'),
      column('id', 'String', "the producer's id, or empty"),
      column('tenant', lc, 'tenant, or empty'),
      column('verdict', 'UInt8', '0 valid, 1 coerced, 2 flagged'),
      column('violations', lc, 'codes and paths, as code:path, separated by spaces'),
      column('duplicate', 'UInt8', '1 where the id was seen before'),
      column('late', 'UInt8', '1 where its pane was closed already'),
      ...sampleColumns,
    ],
    // Rows are sorted by position, which runs with time, so least and greatest time of a granule find a range of time.
    indexes: ['INDEX by_time event_time TYPE minmax GRANULARITY 1'],
    engine: 'ReplacingMergeTree(epoch) ORDER BY (source, partition, offset)',
  },
  {
    name: 'predictions',
    purpose: 'What a model said of an event.',
    columns: [
      ...position,
      column('event_time', time, 'of the event'),
      column('id', 'String', 'of the event'),
      column('model', lc, 'model'),
      column('version', lc, 'version that scored'),
      column('slot', lc, 'champion, or challenger:VERSION'),
      column('value', 'Float64', 'probability of the positive outcome, or the predicted number'),
    ],
    // Rows are sorted by position, which runs with time, so least and greatest time of a granule find a range of time.
    indexes: ['INDEX by_time event_time TYPE minmax GRANULARITY 1'],
    engine: 'ReplacingMergeTree(epoch) ORDER BY (source, partition, offset, model, slot)',
  },
  {
    name: 'labels',
    purpose: 'True outcomes; the latest one an id counts.',
    columns: [
      ...position,
      column('id', 'String', 'of the event'),
      column('label_time', time, 'when it became known'),
      column('value', 'Float64', 'outcome; 0 or 1 for a yes-or-no question'),
    ],
    // Rows are sorted by position, which runs with time, so least and greatest time of a granule find a range of time.
    indexes: ['INDEX by_time label_time TYPE minmax GRANULARITY 1'],
    engine: 'ReplacingMergeTree(epoch) ORDER BY (source, partition, offset)',
  },
  ...deadLetterTables,
  {
    name: 'profiles',
    purpose:
      'Counts of one feature over one pane and segment, as each chunk added them: writing a chunk twice changes nothing. They count if their chunk is in chunks.',
    columns: [
      column('chunk_id', 'String', 'chunk that added them'),
      column('pane', time, 'start of the pane'),
      column('pane_ms', 'UInt32', 'its length'),
      column('segment', lc, 'empty: all events; else FEATURE=VALUE'),
      column(
        'feature',
        lc,
        'feature, its measure FEATURE.MEASURE, @lag (event time minus arrival in seconds: negative where events arrive after they happen), or @prediction:MODEL:VERSION',
      ),
      column('binning', lc, 'how values were counted'),
      ...counts,
    ],
    engine: 'ReplacingMergeTree ORDER BY (pane, pane_ms, segment, feature, binning, chunk_id)',
  },
  {
    name: 'sealed_profiles',
    purpose:
      'Counts of one feature over one closed pane and segment: the sum over committed chunks. The highest revision counts.',
    columns: [
      column('pane', time, 'start of the pane'),
      column('pane_ms', 'UInt32', 'its length'),
      column('segment', lc, 'empty: all events; else FEATURE=VALUE'),
      column('feature', lc, 'feature'),
      column('binning', lc, 'how values were counted'),
      column('revision', 'UInt64', 'grows when late events change the pane'),
      ...counts,
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (pane, pane_ms, segment, feature, binning)',
  },
  rolledTable(counts),
  {
    name: 'references',
    purpose:
      'What windows are compared with: binnings, profiles and null distributions, as one document. That of a model is never changed; that of a file is written anew where the pipeline judges windows of other lengths.',
    columns: [
      column('reference_id', 'String', 'hash of its content'),
      column('created_at', time, 'when'),
      column('origin', 'String', 'file, model and version, or stretch of time'),
      column('document', 'String', 'JSON'),
    ],
    engine: 'ReplacingMergeTree(created_at) ORDER BY reference_id',
  },
  {
    name: 'judgements',
    purpose: 'What was measured of one feature in one window and what was thought of it. The highest revision counts.',
    columns: [
      column('window_start', time, 'first moment of the window'),
      column('window_end', time, 'moment after the window'),
      column('comparison', lc, 'training:1d, previous:1h, rolling:1h:7d, seasonal:1h:hour-of-week:28d, ...'),
      column('segment', lc, 'empty: all events'),
      column('feature', lc, 'feature'),
      column('revision', 'UInt64', 'grows when the window is judged again'),
      column('reference_id', lc, 'what it was compared with'),
      column('n_reference', 'UInt64', 'events on the side of the reference'),
      column('n_current', 'UInt64', 'events in the window'),
      column('statistic', lc, 'the one that decided: js_distance, missing, unseen, ...'),
      column('value', 'Float64', 'its value'),
      column('critical', 'Float64', 'the value it would have had to exceed; inf where it could not be judged'),
      column('p_value', 'Float64', 'under the calibrated null; 1 where there is none'),
      column('alarm', 'UInt8', '1 where it exceeds chance and habit'),
      column('why', 'String', 'one sentence'),
      column('detail', 'String', 'JSON: every statistic, bins that carry the change, story'),
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (comparison, window_start, segment, feature)',
  },
  {
    name: 'performance',
    purpose: 'How good a version was on the labelled events of one window and segment.',
    columns: [
      column('window_start', time, 'first moment of the window'),
      column('window_ms', 'UInt64', 'its length'),
      column('model', lc, 'model'),
      column('version', lc, 'version'),
      column('slot', lc, 'champion, or challenger:VERSION'),
      column('revision', 'UInt64', 'grows when it is measured again'),
      column('n', 'UInt64', 'labelled events'),
      column('positives', 'UInt64', 'with outcome 1'),
      column('log_loss', 'Float64', 'mean, in nats (binary)'),
      column('brier', 'Float64', 'mean squared error'),
      column('mean_prediction', 'Float64', 'mean'),
      column('auc', 'Float64', 'area under the ROC curve; 0.5 where one class is absent'),
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (model, window_start, slot, version)',
  },
  {
    name: 'paired_losses',
    purpose: 'Champion against challenger on the labelled events of one window that both scored.',
    columns: [
      column('model', lc, 'model'),
      column('champion', lc, 'version of the champion'),
      column('challenger', lc, 'version of the challenger'),
      column('window_start', time, 'first moment of the window'),
      column('revision', 'UInt64', 'grows when it is measured again'),
      column('n', 'UInt64', 'labelled events that both scored'),
      column('sum_diff', 'Float64', 'sum of log-loss of the champion minus that of the challenger, in nats'),
      column('champion_log_loss', 'Float64', 'sum of log-loss, in nats'),
      column('challenger_log_loss', 'Float64', 'sum of log-loss, in nats'),
      column('champion_brier', 'Float64', 'sum of squared errors'),
      column('challenger_brier', 'Float64', 'sum of squared errors'),
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (model, challenger, champion, window_start)',
  },
  {
    name: 'incident_log',
    purpose: 'The life of every incident; its present state is the last entry.',
    columns: [
      column('incident_id', 'String', 'hash of what opened it'),
      column('seq', 'UInt64', 'running number within the incident'),
      column('at', time, 'event time of the decision'),
      column('kind', lc, 'opened, updated, acknowledged, snoozed, action, closed'),
      column('state', 'String', 'JSON: the incident after this entry'),
      column('revision', 'UInt64', 'term and round of the leader that wrote it; the highest counts'),
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (incident_id, seq)',
  },
  {
    name: 'model_log',
    purpose: 'The registry: every version and every change of role; the present state is derived.',
    columns: [
      column('model', lc, 'model'),
      column('seq', 'UInt64', 'running number within the model'),
      column('at', time, 'event time of the decision'),
      column('kind', lc, 'registered, role, compared'),
      column('version', lc, 'version it speaks of'),
      column('entry', 'String', 'JSON: signature, lineage, metrics, role, evidence'),
      column('revision', 'UInt64', 'term and round of the leader that wrote it; the highest counts'),
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (model, seq)',
  },
  {
    name: 'job_log',
    purpose: 'Retraining runs; the present state of a job is its last entry.',
    columns: [
      column('job_id', 'String', 'hash of the incident and the action that asked for it'),
      column('seq', 'UInt64', 'running number within the job'),
      column('at', time, 'event time'),
      column('state', lc, 'queued, running, succeeded, failed'),
      column('entry', 'String', 'JSON: model, data set, command, attempt, seconds, version, error'),
      column('revision', 'UInt64', 'term and round of the leader that wrote it; the highest counts'),
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (job_id, seq)',
  },
  {
    name: 'action_log',
    purpose:
      'Actions with effects outside (alerts, retraining): claimed before they are taken, done with what came of them. Of one key only one is taken.',
    columns: [
      column('action_key', 'String', 'hash of incident, action, target and event time'),
      column('stage', lc, 'claimed or done'),
      column('revision', 'UInt64', 'term and round of the leader that wrote it; the highest counts'),
      column('at', time, 'event time of the decision'),
      column('incident_id', 'String', 'incident that caused it'),
      column('outcome', 'String', 'one sentence; empty while it is claimed only'),
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY (action_key, stage)',
  },
  {
    name: 'operator_requests',
    purpose:
      'What people asked for by a server that is not in the process of the leading monitor, and what it answered.',
    columns: [
      column('request_id', 'String', 'random'),
      column('stage', lc, 'asked or answered'),
      column('at', time, 'wall clock'),
      column('kind', lc, 'acknowledge, snooze or close'),
      column('incident_id', 'String', 'incident it is about'),
      column('argument', 'String', 'note, or milliseconds'),
      column('outcome', lc, 'done or not_found; empty while it is only asked'),
    ],
    engine: 'ReplacingMergeTree(at) ORDER BY (request_id, stage)',
  },
  {
    name: 'troubles',
    purpose:
      'What keeps a process of the pipeline from its work: said again every 15 s while it goes on. The monitor makes incidents of it.',
    columns: [
      column('trouble_key', 'String', 'what; the same in all processes'),
      column('process', 'String', 'random, of the process that has it'),
      column('at', time, 'wall clock; older than a minute it is over'),
      column('since', time, 'wall clock'),
      column('cause', lc, 'kind of part: schema-registry'),
      column('title', 'String', 'one sentence'),
      column('raised', 'UInt8', '0: it is over'),
    ],
    engine: 'ReplacingMergeTree(at) ORDER BY (trouble_key, process)',
  },
  {
    name: 'monitor_state',
    purpose: 'Where the monitor stands; written last, so that an interrupted round is done again with the same result.',
    columns: [
      column('key', 'String', 'what'),
      column(
        'revision',
        'UInt64',
        'term and round of the leader that wrote it: a later term is above every round of an earlier one',
      ),
      column('document', 'String', 'JSON'),
    ],
    engine: 'ReplacingMergeTree(revision) ORDER BY key',
  },
];
