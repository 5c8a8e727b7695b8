import type { Board } from './finalize.ts';
import { table, timeSeries } from './panels.ts';
import { comparisonVariable, databaseVariable, featureVariable, segmentVariable } from './variables.ts';

// `sqlstring` quotes the value and escapes what is in it: segments hold values of events.
const segment = `segment = if(\${segment:sqlstring} = '(all events)', '', \${segment:sqlstring})`;
const judged = `feature = \${feature:sqlstring} AND ${segment} AND comparison = \${comparison:sqlstring} AND $__timeFilter(window_end)`;
const sealed = `feature = \${feature:sqlstring} AND ${segment} AND $__timeFilter(pane)`;

/** Panes and, before the first that is kept, the hours they were summed to. */
const profiles = `(SELECT * FROM \${database}.sealed_profiles FINAL UNION ALL
               SELECT * FROM \${database}.rolled_profiles FINAL WHERE pane_ms = 3600000
                 AND pane < (SELECT min(pane) FROM \${database}.sealed_profiles WHERE pane_ms < 3600000))`;

/** A statistic of the windows, with the value it would have had to exceed where that is known. */
function statistic(name: string): string {
  const at = (key: string) => `JSONExtract(detail, 'statistics', '${name}', '${key}', 'Nullable(Float64)')`;
  return `SELECT window_end AS time, ${at('value')} AS ${name}, ${at('critical')} AS critical
          FROM \${database}.judgements FINAL WHERE ${judged} ORDER BY time`;
}

export const feature: Board = {
  uid: 'tidemark-feature',
  title: 'Tidemark: feature',
  description: 'One feature in one segment: how far it is from its reference, and its counts.',
  variables: [databaseVariable, comparisonVariable, featureVariable, segmentVariable],
  rows: [
    {
      title: '${feature} in ${segment}',
      panels: [
        timeSeries({
          title: 'Distance from the reference',
          description:
            'Jensen-Shannon distance (base 2, from 0 to 1) of each window. Above the dashed line it is beyond chance and habit.',
          width: 12,
          limits: ['critical'],
          queries: [statistic('js_distance')],
        }),
        timeSeries({
          title: 'Population stability index',
          description: 'For comparison with other tools; it does not decide.',
          width: 12,
          limits: ['critical'],
          queries: [statistic('psi')],
        }),
        timeSeries({
          title: 'Missing and unusable',
          description: 'Shares of the events of each interval.',
          width: 12,
          unit: 'percentunit',
          queries: [
            `SELECT $__timeInterval(pane) AS time, sum(missing) / sum(n) AS missing, sum(invalid) / sum(n) AS invalid,
                    sum(unseen) / sum(n) AS unseen
             FROM ${profiles} WHERE n > 0 AND ${sealed} GROUP BY time ORDER BY time`,
          ],
        }),
        timeSeries({
          title: 'Mean',
          description:
            "0 is the reference's median, 1 its spread: the units that sums are kept in. Numeric features only.",
          width: 12,
          queries: [
            `SELECT $__timeInterval(pane) AS time,
                    sum(sum_z) / nullIf(sum(toInt64(n) - toInt64(missing) - toInt64(invalid) - toInt64(\`nan\`)
                                            - toInt64(pos_inf) - toInt64(neg_inf) - toInt64(unseen)), 0) AS mean
             FROM ${profiles} WHERE isFinite(min) AND ${sealed} GROUP BY time ORDER BY time`,
          ],
        }),
        timeSeries({
          title: 'Events',
          description: 'Events of the segment, by event time.',
          width: 12,
          unit: 'short',
          bars: true,
          queries: [
            `SELECT $__timeInterval(pane) AS time, sum(n) AS events
             FROM ${profiles} WHERE ${sealed} GROUP BY time ORDER BY time`,
          ],
        }),
        table({
          title: 'Judgements',
          description: 'Newest first.',
          width: 12,
          query: `SELECT window_end, alarm, statistic, value, critical, p_value, n_current, n_reference, why
                  FROM \${database}.judgements FINAL WHERE ${judged} ORDER BY window_end DESC LIMIT 200`,
        }),
      ],
    },
  ],
};
