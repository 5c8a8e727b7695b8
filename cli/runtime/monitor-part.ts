import { createAlertChannels } from '../../actions/alerts/channels.ts';
import { createMonitor, type Monitor } from '../../actions/monitor/monitor.ts';
import type { Leadership } from '../../common/leadership.ts';
import { systemClock } from '../../common/ports.ts';
import { pipelineHolidays } from '../../config/calendar.ts';
import { contractMark } from './contract-mark.ts';
import { createModelCare } from './model-care.ts';
import { createModelDesk } from './model-desk.ts';
import type { PartOptions } from './part.ts';
import type { ReferenceKeeper } from './reference-keeper.ts';

export interface MonitorPartOptions extends PartOptions {
  readonly references: ReferenceKeeper;
  /** Makes a change of roles take effect in this process. */
  readonly applyRoles: () => Promise<void>;
  /** Wait for a retraining run before anything else is decided, so that a replay decides the same. */
  readonly awaitJobs: boolean;
  readonly consoleUrl: () => string | undefined;
}

/** The monitor of a pipeline: seals, judges, acts, and keeps the loop of the models. */
export interface MonitorPart {
  readonly monitor: Monitor;
  /** Reads where the pipeline stands and takes up what was interrupted. */
  start(leadership: Leadership): Promise<void>;
  /** Only the second of these: where the monitor has begun before. */
  resume(leadership: Leadership): Promise<void>;
  /** Waits for retraining runs of this process. */
  close(): Promise<void>;
}

export function createMonitorPart(options: MonitorPartOptions): MonitorPart {
  const { base, references, live, logger, metrics } = options;
  const { config, directory } = base.file;
  const models = createModelDesk({
    config,
    fields: base.contract.fields,
    registry: base.registry,
    references,
    applyRoutes: options.applyRoles,
    stores: base.stores,
    readFrame: base.readFrame,
    directory: base.directory,
    workingDirectory: directory,
    awaitJobs: options.awaitJobs,
    live,
    clock: systemClock,
    logger,
    metrics,
  });
  const care = createModelCare({
    models: config.models.map(({ name }) => name),
    fields: base.contract.fields,
    registry: base.registry,
    directory: base.directory,
    logger,
  });
  const monitor = createMonitor({
    config,
    holidays: pipelineHolidays(config),
    contract: contractMark(base.contract.contract),
    store: base.stores.monitor,
    performance: base.stores.labels,
    references,
    models,
    care,
    channels: createAlertChannels(config.alerts),
    consoleUrl: () => config.server.url ?? options.consoleUrl(),
    live,
    clock: systemClock,
    logger,
    metrics,
  });
  return {
    monitor,
    async start(leadership) {
      await monitor.start(leadership);
      await models.resume(leadership);
    },
    resume: models.resume,
    async close() {
      await models.close();
      await care.close();
    },
  };
}
