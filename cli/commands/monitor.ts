import type { Command } from 'commander';
import { soleLeadership, termOf } from '../../common/leadership.ts';
import { electionOf } from '../runtime/election.ts';
import { lead } from '../runtime/leading.ts';
import { createMonitorPart } from '../runtime/monitor-part.ts';
import { referencesOf } from '../runtime/references.ts';
import { addPartCommand, type PartProcess, serveMachine } from './part-process.ts';

/** Judges and acts whenever it leads, until a signal comes. */
async function runMonitor(part: PartProcess, onStop: (stop: () => void) => void): Promise<void> {
  const { base, logger } = part;
  const references = referencesOf(base);
  const monitoring = createMonitorPart({
    ...part,
    references,
    applyRoles: references.reload,
    awaitJobs: false,
    consoleUrl: () => undefined,
  });
  const options = {
    ...part,
    part: monitoring,
    applyRoles: references.reload,
    ended: () => new Set<string>(),
  };
  const close = await serveMachine(part, 'the monitor is ready');
  const stopping = new AbortController();
  try {
    const election = electionOf(base, { logger });
    if (election === undefined) {
      process.stderr.write('tidemark: without Kafka nobody chooses a leader: this has to be the only monitor\n');
      onStop(() => stopping.abort());
      const term = termOf(await base.stores.monitor.newestRevision());
      await lead({ ...soleLeadership(term), signal: stopping.signal }, { ...options, expected: async () => [] });
      return;
    }
    onStop(() => void election.close());
    await election.run((leadership) => lead(leadership, { ...options, expected: election.partitions }));
  } finally {
    await monitoring.close();
    await close();
  }
}

export function addMonitorCommand(program: Command): void {
  addPartCommand(program, {
    name: 'monitor',
    description: 'judge windows and act on incidents of a pipeline; of several one leads, others stand by',
    portDescription: 'port of health and metrics; default: any free one',
    run: runMonitor,
  });
}
