import { messageOf, TidemarkError } from '../../common/error.ts';
import type { Clock, Logger } from '../../common/ports.ts';
import type { Registry } from './registry.ts';

export interface RegistryWatchOptions {
  readonly registry: Registry;
  /** Makes the present roles those of this process. */
  readonly apply: () => Promise<void>;
  /** The registry is read again after so long. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Follows changes that other processes make: a promotion, a new challenger, a rollback. What cannot be applied (the artifact is not
 * on this host yet, the store does not answer) leaves the roles as they were and is tried again: events go on being scored.
 */
export function createRegistryWatch(options: RegistryWatchOptions): { look(): Promise<void> } {
  const { registry, logger, clock } = options;
  let lookedAtMs = clock.now();
  let pending = false;
  return {
    async look() {
      if (clock.now() - lookedAtMs < options.intervalMs) return;
      lookedAtMs = clock.now();
      try {
        pending = (await registry.refresh()) || pending;
        if (!pending) return;
        await options.apply();
        pending = false;
        logger.info({}, 'another process has changed the models; their roles are taken over');
      } catch (error) {
        if (!(error instanceof TidemarkError)) throw error;
        logger.error({ reason: messageOf(error), code: error.code }, 'a change of the models cannot be taken over yet');
      }
    },
  };
}
