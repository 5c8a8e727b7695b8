import type { Timeline } from '../../common/read-model.ts';
import { number, type Query } from './rows.ts';

const hourMs = 3_600_000;
const hourlyUpToMs = 16 * 24 * hourMs;

/**
 * Events by verdict over event time. A rejected message often has no time that can be read: it is shown where it stands
 * between the watermarks before and after its chunk, by its place in the chunk.
 */
export async function readTimeline(query: Query): Promise<Timeline> {
  const [span] = await query(
    'SELECT toUnixTimestamp64Milli(min(pane)) AS first, toUnixTimestamp64Milli(max(pane)) AS last FROM {database:Identifier}.sealed_profiles',
  );
  const spanMs = span === undefined ? 0 : number(span, 'last') - number(span, 'first');
  const bucketMs = spanMs > hourlyUpToMs ? 24 * hourMs : hourMs;
  const accepted = await query(
    `SELECT intDiv(toUnixTimestamp64Milli(event_time), {bucket:Int64}) AS bucket,
            countIf(verdict = 0) AS valid, countIf(verdict = 1) AS coerced, countIf(verdict = 2) AS flagged
     FROM {database:Identifier}.events GROUP BY bucket`,
    { bucket: bucketMs },
  );
  const rejected = await query(
    `WITH spans AS (
       SELECT source, partition, from_offset, to_offset,
              toUnixTimestamp64Milli(watermark) AS until,
              lagInFrame(toNullable(until), 1, NULL) OVER (PARTITION BY source, partition ORDER BY from_offset) AS before,
              ifNull(before, if(notEmpty(panes), arrayMin(panes), until)) AS since
       FROM {database:Identifier}.chunks FINAL WHERE role = 'events')
     SELECT intDiv(toInt64(c.since + (c.until - c.since) * (d.offset - c.from_offset)
                    / greatest(1, c.to_offset - c.from_offset)), {bucket:Int64}) AS bucket, count() AS rejected
     FROM {database:Identifier}.dead_letters AS d FINAL
     ASOF JOIN spans AS c ON d.source = c.source AND d.partition = c.partition AND d.offset >= c.from_offset
     GROUP BY bucket`,
    { bucket: bucketMs },
  );
  const buckets = new Map<number, Timeline['buckets'][number]>();
  const bucketOf = (index: number) => {
    const known = buckets.get(index);
    if (known !== undefined) return known;
    const fresh = { start: index * bucketMs, valid: 0, coerced: 0, flagged: 0, rejected: 0 };
    buckets.set(index, fresh);
    return fresh;
  };
  for (const row of accepted)
    Object.assign(bucketOf(number(row, 'bucket')), {
      valid: number(row, 'valid'),
      coerced: number(row, 'coerced'),
      flagged: number(row, 'flagged'),
    });
  for (const row of rejected) bucketOf(number(row, 'bucket')).rejected = number(row, 'rejected');
  return { bucketMs, buckets: [...buckets.values()].sort((a, b) => a.start - b.start) };
}
