import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JudgingDesk } from '../../serving/http/options.ts';
import { readOnlyStore } from '../../store/read-only.ts';
import { backtest } from './backtesting.ts';
import type { Base } from './base.ts';
import { explainJudgement } from './explain/explaining.ts';
import { referenceOfFile } from './references.ts';

/** A backtest of the server takes the core that others wait for: what takes longer is for the command. */
const judgementsMax = 500_000;

/** What a server says of judging, and tries. */
export function judgingDesk(base: Base): JudgingDesk {
  const { config } = base.file;
  const { open, closeAfterQuiet } = config.incidents;
  const reading = {
    store: readOnlyStore(base.store),
    registry: base.registry,
    referenceOfFile: () => referenceOfFile(base),
  };
  return {
    budget: { ...config.budget, open, closeAfterQuiet },
    async backtest({ falseAlarmsPerWeek, minEffect, fromMs, toMs }) {
      await base.registry.refresh();
      const budget = {
        falseAlarmsPerWeek: falseAlarmsPerWeek ?? config.budget.falseAlarmsPerWeek,
        minEffect: minEffect ?? config.budget.minEffect,
      };
      return backtest(reading, {
        config: { ...config, budget },
        ...(fromMs === undefined ? {} : { fromMs }),
        ...(toMs === undefined ? {} : { toMs }),
        judgementsMax,
        pause: async () => {
          await nextTurn();
        },
      });
    },
    async explain(asked) {
      await base.registry.refresh();
      return explainJudgement({ ...reading, config }, asked);
    },
  };
}
