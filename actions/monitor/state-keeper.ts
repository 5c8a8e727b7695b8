import { type ContractMark, contractKey } from '../../common/contract-mark.ts';
import { noOverTime, type OverTimeState, overTimeFromText, overTimeToText } from './over-time-state.ts';
import type { MonitorStore } from './ports.ts';
import { firstState, type MonitorState } from './state.ts';

export const monitorKey = 'monitor';
/** Apart from the monitor's own: it is larger, and changes only when a slice is over. */
const detectorsKey = 'detectors';

export interface StateKeeper {
  read(): Promise<{ readonly state: MonitorState; readonly detectors: OverTimeState }>;
  /**
   * Both as one writing, so that no crash leaves one without the other; detectors only where they have changed. A process writes
   * them with its first state in any case: what an earlier leader writes later is then of a lower revision under both keys.
   */
  write(state: MonitorState, detectors: OverTimeState, revision: number): Promise<void>;
}

export function createStateKeeper(
  store: Pick<MonitorStore, 'readStates' | 'writeStates'>,
  withDetectors: boolean,
  /** Of the process that decides; written with its first state. */
  contract?: ContractMark,
): StateKeeper {
  let written: OverTimeState | undefined;
  let said = false;
  return {
    async read() {
      written = undefined;
      said = false;
      const documents = await store.readStates(withDetectors ? [monitorKey, detectorsKey] : [monitorKey]);
      const own = documents.get(monitorKey);
      const detectors = documents.get(detectorsKey);
      return {
        state: own === undefined ? firstState : { ...firstState, ...(JSON.parse(own) as MonitorState) },
        detectors: detectors === undefined ? noOverTime : overTimeFromText(detectors),
      };
    },
    async write(state, detectors, revision) {
      const documents = new Map([[monitorKey, JSON.stringify(state)]]);
      if (contract !== undefined && !said) documents.set(contractKey, JSON.stringify(contract));
      if (withDetectors && written !== detectors) documents.set(detectorsKey, overTimeToText(detectors));
      await store.writeStates(documents, revision);
      written = detectors;
      said = true;
    },
  };
}
