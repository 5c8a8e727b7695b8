import type { Command } from 'commander';
import { systemClock } from '../../common/ports.ts';
import { createTroubleBoard } from '../../common/trouble.ts';
import { createPartitions } from '../../consumers/worker/partitions.ts';
import { createDecoders } from '../runtime/decoders.ts';
import { createModelScoring } from '../runtime/model-scoring.ts';
import { sleep } from '../runtime/part.ts';
import { referencesOf } from '../runtime/references.ts';
import { createSources } from '../runtime/sources.ts';
import { relayTroubles } from '../runtime/trouble-relay.ts';
import { applyRoles, createWorkerPart } from '../runtime/worker-part.ts';
import { addPartCommand, type PartProcess, serveMachine } from './part-process.ts';

/** Reads the pipeline's Kafka topics beside the other workers of the group, until a signal comes. */
async function runWorker(part: PartProcess, onStop: (stop: () => void) => void): Promise<void> {
  const { base, live, logger, metrics } = part;
  const { config, directory } = base.file;
  const partitions = createPartitions();
  const troubles = createTroubleBoard(systemClock);
  const decoders = await createDecoders(base.file, { troubles, logger, metrics });
  const sources = createSources({
    config,
    decoders,
    directory,
    which: 'shared',
    readFrame: base.readFrame,
    progressMs: () => Number.NEGATIVE_INFINITY,
    logger,
    metrics,
    sleep,
  });
  const left = [
    ...(config.source.file === undefined ? [] : ['source.file']),
    ...(config.source.http === undefined ? [] : ['source.http']),
    ...(config.labels?.source?.file === undefined ? [] : ['labels.source.file']),
  ];
  if (left.length > 0) {
    process.stderr.write(`tidemark: ${left.join(' and ')} cannot be shared: one tidemark up has to read it\n`);
  }
  const references = referencesOf(base);
  const { contract, registry } = base;
  const scoring = createModelScoring({ config, fields: contract.fields, registry, directory: base.directory, metrics });
  const relay = relayTroubles(troubles, base.stores.troubles, logger);
  try {
    await applyRoles(scoring, references);
    const close = await serveMachine(part, 'the worker reads');
    try {
      const worker = createWorkerPart({
        base,
        live,
        logger,
        metrics,
        scoring,
        references,
        decoders,
        sources,
        partitions,
        onCommitted: async () => {},
      });
      onStop(() => worker.stop());
      await worker.run();
    } finally {
      await close();
    }
  } finally {
    await relay.close();
    await scoring.close();
  }
}

export function addWorkerCommand(program: Command): void {
  addPartCommand(program, {
    name: 'worker',
    description: 'read, score and store the events of a pipeline, beside other workers',
    portDescription: 'port of health and metrics; default: any free one',
    run: runWorker,
  });
}
