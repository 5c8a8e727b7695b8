import type { Holidays } from '../../common/calendar.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { createEarlierDesk, type EarlierDesk } from './earlier-desk.ts';
import type { EarlierStore } from './ports.ts';
import { createStretchDesk, type StretchDesk } from './stretch-desk.ts';

/** What windows are compared with, beside training and the window before. */
export interface Desks {
  readonly earlier: EarlierDesk;
  readonly stretch: StretchDesk;
}

export interface DeskOptions {
  readonly config: PipelineConfig;
  readonly store: EarlierStore;
  readonly holidays?: Holidays | undefined;
}

export function createDesks({ config, store, holidays }: DeskOptions): Desks {
  return {
    earlier: createEarlierDesk(config, { store, holidays }),
    stretch: createStretchDesk(config, store),
  };
}
