import type { Board } from './finalize.ts';
import { stat, table, timeSeries } from './panels.ts';
import { databaseVariable } from './variables.ts';

/** The last entry of every incident. */
const incidentStates = `
  SELECT incident_id, min(at) AS opened, max(at) AS updated, argMax(kind, (seq, revision)) AS last, argMax(state, (seq, revision)) AS document
  FROM \${database}.incident_log GROUP BY incident_id`;

const isOpen = "JSONExtractString(document, 'status') != 'closed' AND last != 'closed'";

export const overview: Board = {
  uid: 'tidemark-overview',
  title: 'Tidemark: overview',
  description: 'What came in, what was refused, what moved and what was done about it.',
  variables: [databaseVariable],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Open incidents',
          description: 'Incidents that are not closed, whatever the time range.',
          width: 4,
          unit: 'short',
          alarmFrom: 1,
          query: `SELECT countIf(${isOpen}) AS open FROM (${incidentStates})`,
        }),
        stat({
          title: 'Events stored',
          description: 'Accepted events of the chunks that were committed in the time range.',
          width: 4,
          unit: 'short',
          query: `SELECT sum(valid + coerced + flagged) AS events FROM \${database}.chunks FINAL
                  WHERE role = 'events' AND $__timeFilter(committed_at)`,
        }),
        stat({
          title: 'Rejected',
          description: 'Share of the messages that went to the dead letters.',
          width: 4,
          unit: 'percentunit',
          query: `SELECT sum(rejected) / greatest(1, sum(read)) AS rejected FROM \${database}.chunks FINAL
                  WHERE role = 'events' AND $__timeFilter(committed_at)`,
        }),
        stat({
          title: 'Alarms',
          description: 'Judgements beyond what chance and habit explain, of windows that ended in the time range.',
          width: 4,
          unit: 'short',
          query: `SELECT count() AS alarms FROM \${database}.judgements FINAL WHERE alarm = 1 AND $__timeFilter(window_end)`,
        }),
        stat({
          title: 'Since the last commit',
          description: 'Of any worker. Grows while nothing comes in or nothing can be stored.',
          width: 4,
          unit: 's',
          query: "SELECT dateDiff('second', max(committed_at), now64(3, 'UTC')) AS age FROM ${database}.chunks",
        }),
        stat({
          title: 'Late events',
          description: 'Accepted after their pane was closed. Raise windows.lateness if there are many.',
          width: 4,
          unit: 'short',
          query: `SELECT sum(late) AS late FROM \${database}.chunks FINAL
                  WHERE role = 'events' AND $__timeFilter(committed_at)`,
        }),
      ],
    },
    {
      title: 'Intake',
      panels: [
        timeSeries({
          title: 'Events by verdict',
          description:
            'By the time they were stored. Every message has one verdict; rejected ones are in the dead letters.',
          width: 12,
          unit: 'short',
          stacked: true,
          bars: true,
          queries: [
            `SELECT $__timeInterval(committed_at) AS time, sum(valid) AS valid, sum(coerced) AS coerced,
                    sum(flagged) AS flagged, sum(rejected) AS rejected
             FROM \${database}.chunks FINAL WHERE role = 'events' AND $__timeFilter(committed_at)
             GROUP BY time ORDER BY time`,
          ],
        }),
        timeSeries({
          title: 'Lag of intake',
          description:
            "From the event time a partition has reached to the moment it was stored, the partition's worst.",
          width: 12,
          unit: 's',
          queries: [
            `SELECT $__timeInterval(committed_at) AS time, concat(source, '/', toString(partition)) AS label,
                    max(dateDiff('millisecond', watermark, committed_at)) / 1000 AS lag
             FROM \${database}.chunks FINAL WHERE role = 'events' AND $__timeFilter(committed_at)
             GROUP BY time, label ORDER BY time`,
          ],
        }),
        timeSeries({
          title: 'Dead letters by reason',
          description: 'By time of arrival, where the source knows it.',
          width: 12,
          unit: 'short',
          stacked: true,
          bars: true,
          queries: [
            `SELECT $__timeInterval(arrived) AS time, reason AS label, count() AS letters
             FROM (SELECT assumeNotNull(arrival_time) AS arrived, reason FROM \${database}.dead_letters FINAL
                   WHERE isNotNull(arrival_time))
             WHERE $__timeFilter(arrived)
             GROUP BY time, label ORDER BY time`,
          ],
        }),
        table({
          title: 'Dead letters, all times',
          description: 'With the newest message of each kind. docs/errors.md says what a reason means.',
          width: 12,
          query: `SELECT reason, path, count() AS letters, argMax(message, offset) AS example
                  FROM \${database}.dead_letters FINAL GROUP BY reason, path ORDER BY letters DESC LIMIT 50`,
        }),
      ],
    },
    {
      title: 'Drift',
      panels: [
        timeSeries({
          title: 'Alarms by comparison',
          description: 'By the end of the window.',
          width: 12,
          unit: 'short',
          stacked: true,
          bars: true,
          queries: [
            `SELECT $__timeInterval(window_end) AS time, comparison AS label, sum(alarm) AS alarms
             FROM \${database}.judgements FINAL WHERE $__timeFilter(window_end)
             GROUP BY time, label ORDER BY time`,
          ],
        }),
        table({
          title: 'Newest alarms',
          description: 'What was measured, what it would have had to exceed, and why it counts.',
          width: 12,
          query: `SELECT window_end, feature, if(segment = '', '(all events)', segment) AS segment, comparison, statistic,
                         value, critical, why
                  FROM \${database}.judgements FINAL WHERE alarm = 1 AND $__timeFilter(window_end)
                  ORDER BY window_end DESC, value / critical DESC LIMIT 100`,
        }),
        table({
          title: 'Incidents',
          description: 'Open ones first.',
          width: 24,
          query: `SELECT if(${isOpen}, 'open', 'closed') AS state, opened, updated,
                         JSONExtractString(document, 'severity') AS severity, JSONExtractString(document, 'cause') AS cause,
                         arrayStringConcat(JSONExtract(document, 'features', 'Array(String)'), ', ') AS features, incident_id
                  FROM (${incidentStates}) ORDER BY state DESC, opened DESC LIMIT 100`,
        }),
      ],
    },
    {
      title: 'Models',
      panels: [
        timeSeries({
          title: 'Performance of champion and challengers',
          description: 'Log loss on labelled events, by the window they happened in; lower is better.',
          width: 8,
          queries: [
            `SELECT $__timeInterval(window_start) AS time, concat(model, ' ', version, ' ', slot) AS label,
                    sum(log_loss * n) / sum(n) AS log_loss
             FROM \${database}.performance FINAL WHERE n > 0 AND $__timeFilter(window_start)
             GROUP BY time, label ORDER BY time`,
          ],
        }),
        timeSeries({
          title: 'Squared error',
          description: 'Brier score, or mean squared error of a regression, weighted by labelled events.',
          width: 8,
          queries: [
            `SELECT $__timeInterval(window_start) AS time, concat(model, ' ', version, ' ', slot) AS label,
                    sum(brier * n) / sum(n) AS brier
             FROM \${database}.performance FINAL WHERE n > 0 AND $__timeFilter(window_start)
             GROUP BY time, label ORDER BY time`,
          ],
        }),
        timeSeries({
          title: 'Predictions by version',
          description: 'By event time. Challengers score every event in shadow.',
          width: 8,
          unit: 'short',
          queries: [
            `SELECT $__timeInterval(event_time) AS time, concat(model, ' ', version, ' ', slot) AS label, count() AS predictions
             FROM \${database}.predictions FINAL WHERE $__timeFilter(event_time)
             GROUP BY time, label ORDER BY time`,
          ],
        }),
      ],
    },
  ],
};
