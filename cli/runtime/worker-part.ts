import { systemClock } from '../../common/ports.ts';
import type { Outbox } from '../../consumers/kafka/outgoing/outbox.ts';
import { createIntake } from '../../consumers/worker/intake.ts';
import type { Partitions } from '../../consumers/worker/partitions.ts';
import type { ProfilePlan } from '../../consumers/worker/profile-batch.ts';
import { createWorker, type Worker, type WorkerStatus } from '../../consumers/worker/worker.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { createOutgoingStore } from '../../store/outgoing-store.ts';
import { createWorkerStore } from '../../store/worker-store.ts';
import type { Base } from './base.ts';
import type { Decoders } from './decoders.ts';
import type { ModelScoring } from './model-scoring.ts';
import { createOutgoing } from './outgoing.ts';
import { type PartOptions, sleep } from './part.ts';
import { profilePlanOf } from './profile-plan.ts';
import type { ReferenceKeeper } from './reference-keeper.ts';
import { createRegistryWatch } from './registry-watch.ts';
import type { Sources } from './sources.ts';

/** How soon a worker follows a change of roles that another process made. */
const registryIntervalMs = 2000;

export interface WorkerPartOptions extends PartOptions {
  readonly scoring: ModelScoring;
  readonly references: ReferenceKeeper;
  readonly decoders: Decoders;
  readonly sources: Sources;
  readonly partitions: Partitions;
  readonly onCommitted: (status: WorkerStatus) => Promise<void>;
}

/** The worker of a pipeline: reads, validates, scores, profiles and commits. */
export function createWorkerPart(options: WorkerPartOptions): Worker {
  const { base, scoring, references, sources, partitions, logger, metrics } = options;
  const { config } = base.file;
  const registry = createRegistryWatch({
    registry: base.registry,
    apply: () => applyRoles(scoring, references),
    intervalMs: registryIntervalMs,
    clock: systemClock,
    logger,
  });
  const outgoing = createOutgoing({
    config,
    directory: base.file.directory,
    store: createOutgoingStore(base.store, systemClock.now),
    logger,
    metrics,
  });
  const worker = createWorker({
    source: sources.source,
    intake: createIntake({
      event: config.event,
      labels: config.labels,
      contract: base.contract,
      decoders: options.decoders,
      paneMs: config.windows.pane,
      latenessMs: config.windows.lateness,
      capacityRows: Math.min(config.flush.rows, 65_536),
      wantsOutcomes: sources.intake !== undefined,
    }),
    partitions,
    store: createWorkerStore(base.store, systemClock.now),
    async score(prepared) {
      // Between two flushes: the only place where a change of roles may take effect.
      await registry.look();
      return scoring.score(prepared);
    },
    profilePlan: planFrom(base, references),
    onCommitted: options.onCommitted,
    ...(outgoing === undefined ? {} : { outgoing }),
    flushRows: config.flush.rows,
    flushIntervalMs: config.flush.interval,
    duplicateWindow: config.duplicates.window,
    clock: systemClock,
    logger,
    metrics,
    sleep,
    random: Math.random,
  });
  return outgoing === undefined ? worker : withOutbox(worker, outgoing);
}

/** What goes out lives as long as the worker runs. */
function withOutbox(worker: Worker, outbox: Outbox): Worker {
  return {
    async run() {
      try {
        await outbox.start();
        await worker.run();
      } finally {
        await outbox.close();
      }
    },
    stop: () => worker.stop(),
  };
}

/** Makes the roles of the registry those of this process: the versions that score, and the reference. */
export async function applyRoles(scoring: ModelScoring, references: ReferenceKeeper): Promise<void> {
  await scoring.applyRoutes();
  await references.reload();
}

/** Made anew only when the reference has changed: a plan keeps look-ups. */
function planFrom(base: Base, references: ReferenceKeeper): () => ProfilePlan {
  let made: { readonly of: Reference | undefined; readonly plan: ProfilePlan } | undefined;
  return () => {
    const reference = references.current();
    if (made === undefined || made.of !== reference) {
      made = { of: reference, plan: profilePlanOf(base.file.config, reference, base.contract.fields) };
    }
    return made.plan;
  };
}
