import { revisionOf, termOf } from '../../common/leadership.ts';
import type { Logger } from '../../common/ports.ts';
import { createKafkaElection, type KafkaElection } from '../../consumers/kafka/election.ts';
import type { Base } from './base.ts';

/** A row of `monitor_state` of its own, so that the greatest term is known before its first round is written. */
const termKey = 'term';

/**
 * How the monitors of a pipeline agree on who leads; undefined where there can be one only: the embedded engine has one process, and
 * without Kafka there is nobody who could say.
 */
export function electionOf(base: Base, { logger }: { readonly logger: Logger }): KafkaElection | undefined {
  const { source, labels } = base.file.config;
  const kafka = source.kafka ?? labels?.source?.kafka;
  if (kafka === undefined || base.store.directory !== undefined) return undefined;
  const { monitor } = base.stores;
  return createKafkaElection(kafka, {
    directory: base.file.directory,
    logger,
    terms: {
      newest: async () => termOf(await monitor.newestRevision()),
      write: (term) => monitor.writeState(termKey, revisionOf(term, 0), '{}'),
    },
  });
}
