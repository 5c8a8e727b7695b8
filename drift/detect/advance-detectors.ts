import { eBenjaminiHochberg } from './e-values.ts';
import { createSliceDetector, type SliceDetector } from './slice-detector.ts';
import type { SliceMeasure, SliceModel } from './slice-model.ts';

/** The detector of one feature of one segment. */
export interface WatchedSlices {
  /** Names it in state and alarms: `segment|feature`, say. */
  readonly key: string;
  /** Changes when the reference does: evidence gathered against another one is dropped. */
  readonly modelId: string;
  readonly model: SliceModel;
}

/** Plain JSON; bounded by the bets of what is watched. */
export interface DetectorsState {
  /** Start of the latest slice counted; earlier ones and itself are passed over. */
  readonly throughMs: number | null;
  readonly detectors: Readonly<Record<string, DetectorState>>;
}

export interface DetectorState {
  readonly modelId: string;
  readonly sums: readonly number[];
  /** End of the latest slice after which there was hardly evidence of a change: about where it began. */
  readonly quietMs: number;
}

export interface DetectorsOptions {
  readonly watched: readonly WatchedSlices[];
  /** Over all that is watched together. */
  readonly falseAlarmsPerWeek: number;
}

export interface DetectorAlarm {
  readonly key: string;
  /** The slice that completed the evidence, and where the evidence began to grow. */
  readonly windowEndMs: number;
  readonly sinceMs: number;
  /** Which score moved most: `level`, `= Berlin`, `missing`; and whether up. */
  readonly score: string;
  readonly up: boolean;
  /** Shiryaev–Roberts evidence, and what was asked for. */
  readonly evidence: number;
  readonly critical: number;
}

export const noDetectors: DetectorsState = { throughMs: null, detectors: {} };

const weekMs = 604_800_000;
/** Below it there is hardly evidence of a change. */
export const quietEvidence = 30;

/**
 * One closed slice of time for everything that is watched; `measures` by key, absent where there were no events. Pure: the
 * same state and slice give the same answer, and a slice that is counted already changes nothing.
 *
 * Alarms are e-BH discoveries among the detectors' evidence: the k-th largest has to reach `slices a week / budget · count /
 * k`. While nothing changes the first alarm of all of them together comes after at least `1 / budget` weeks on average: at
 * an alarm the mean of all evidence has reached slices a week / budget, and that mean is an e-detector itself (cf.
 * Dandapanthula and Ramdas 2025, arXiv 2501.04130, e-d-BH). A detector that alarmed begins anew.
 */
export function advanceDetectors(
  state: DetectorsState,
  slice: { readonly startMs: number; readonly endMs: number; readonly measures: ReadonlyMap<string, SliceMeasure> },
  options: DetectorsOptions,
): { readonly state: DetectorsState; readonly alarms: readonly DetectorAlarm[] } {
  if (state.throughMs !== null && slice.startMs <= state.throughMs) return { state, alarms: [] };
  const { watched } = options;
  const slicesPerWeek = weekMs / (slice.endMs - slice.startMs);
  const patience = slicesPerWeek / options.falseAlarmsPerWeek;
  const advanced = watched.map((one) => {
    const before = state.detectors[one.key];
    const known = before?.modelId === one.modelId ? before : undefined;
    const detector = createSliceDetector(one.model, known?.sums);
    const measure = slice.measures.get(one.key);
    if (measure !== undefined) detector.update(measure);
    const quiet = detector.evidence < quietEvidence;
    return { detector, quietMs: quiet ? slice.endMs : (known?.quietMs ?? slice.startMs) };
  });
  const found = eBenjaminiHochberg(
    advanced.map(({ detector }) => detector.evidence),
    1 / patience,
  );
  const alarms = found.map((at): DetectorAlarm => {
    const { key, model } = watched[at] as WatchedSlices;
    const { detector, quietMs } = advanced[at] as Advanced;
    const critical = (patience * watched.length) / found.length;
    const strongest = detector.strongest(critical);
    return {
      key,
      windowEndMs: slice.endMs,
      sinceMs: quietMs,
      score: model.names[strongest?.score ?? 0] as string,
      up: (strongest?.rate ?? 0) > 0,
      evidence: detector.evidence,
      critical,
    };
  });
  for (const at of found) {
    const one = advanced[at] as Advanced;
    one.detector.reset();
    one.quietMs = slice.endMs;
  }
  const detectors = Object.fromEntries(
    watched.map(({ key, modelId }, at): [string, DetectorState] => {
      const { detector, quietMs } = advanced[at] as Advanced;
      return [key, { modelId, sums: detector.sums(), quietMs }];
    }),
  );
  return { state: { throughMs: slice.startMs, detectors }, alarms };
}

interface Advanced {
  readonly detector: SliceDetector;
  quietMs: number;
}
