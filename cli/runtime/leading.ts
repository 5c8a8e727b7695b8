import { type Progress, watermarkOf } from '../../actions/monitor/watermark.ts';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { Leadership } from '../../common/leadership.ts';
import { systemClock } from '../../common/ports.ts';
import { type PartitionId, partitionKey } from '../../common/source.ts';
import { decideByHand } from './incident-desk.ts';
import type { MonitorPart } from './monitor-part.ts';
import { type PartOptions, sleep } from './part.ts';

/** How often the leader looks whether something has closed, or somebody has asked for something. */
const roundIntervalMs = 1000;

export interface LeadingOptions extends PartOptions {
  readonly part: MonitorPart;
  /** Makes the present roles those of this process. */
  readonly applyRoles: () => Promise<void>;
  /** Partitions that are read, as far as anybody knows, those without a committed event among them. */
  readonly expected: () => Promise<readonly PartitionId[]>;
  /** Partitions of files that are read to their end by a worker of this process, by key. */
  readonly ended: () => ReadonlySet<string>;
}

/**
 * Leads until the leadership ends: every round begins with what all workers have committed, as the store has it. A round that
 * fails is done again by the next one; LEADERSHIP_LOST ends it.
 */
export async function lead(leadership: Leadership, options: LeadingOptions): Promise<void> {
  const { base, part, logger, metrics } = options;
  const started = await untilItAnswers(leadership, options, async () => {
    await base.registry.refresh();
    await options.applyRoles();
    await part.start(leadership);
  });
  if (!started) return;
  logger.info({ term: leadership.term, round: part.monitor.state.round }, 'this monitor leads');
  metrics.gauge('tidemark_monitor_leading', 1);
  try {
    const sinceMs = systemClock.now();
    while (!leadership.signal.aborted) {
      const going = await untilItAnswers(leadership, options, async () => {
        if (await base.registry.refresh()) await options.applyRoles();
        for (const request of await base.stores.requests.open()) {
          const done = await decideByHand(part.monitor, request);
          await base.stores.requests.answer(request, done ? 'done' : 'not_found');
        }
        await part.monitor.settle(await base.stores.troubles.raised(systemClock.now()));
        await part.monitor.round(await watermark(options, sinceMs));
      });
      if (!going) break;
      await pause(leadership.signal);
    }
  } finally {
    metrics.gauge('tidemark_monitor_leading', 0);
    logger.info({ term: leadership.term }, 'this monitor leads no more');
  }
}

/** False where the leadership ended before it was done. */
async function untilItAnswers(
  { signal }: Leadership,
  { logger }: LeadingOptions,
  work: () => Promise<void>,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      if (error.code === ErrorCode.LEADERSHIP_LOST) return false;
      logger.error({ reason: messageOf(error) }, 'a round of the monitor failed; the next one does it again');
      await pause(signal);
    }
  }
  return false;
}

async function pause(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await sleep(roundIntervalMs);
}

/** See {@link watermarkOf}. A partition of which nothing is committed is waited for as if it had been silent since we lead. */
async function watermark(options: LeadingOptions, sinceMs: number): Promise<number> {
  const { base } = options;
  const ended = options.ended();
  const committed = await base.stores.monitor.progress();
  const known = new Set(committed.map(({ partition }) => partitionKey(partition)));
  const missing = (await options.expected()).filter((partition) => !known.has(partitionKey(partition)));
  const progress: Progress[] = [
    ...committed.map(({ partition, watermarkMs, committedAtMs }) => ({
      watermarkMs,
      committedAtMs,
      ended: ended.has(partitionKey(partition)),
    })),
    ...missing.map(() => ({ watermarkMs: Number.NEGATIVE_INFINITY, committedAtMs: sinceMs, ended: false })),
  ];
  return watermarkOf(progress, base.file.config.windows.idle, systemClock.now());
}
