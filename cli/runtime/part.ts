import { setTimeout as delay } from 'node:timers/promises';
import type { LiveFeed } from '../../common/live.ts';
import type { Logger, Metrics } from '../../common/ports.ts';
import type { Base } from './base.ts';

/** What every part of a pipeline is given, whichever process it runs in. */
export interface PartOptions {
  readonly base: Base;
  readonly live: LiveFeed;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export const sleep = (ms: number): Promise<void> => delay(ms, undefined, { ref: true });
