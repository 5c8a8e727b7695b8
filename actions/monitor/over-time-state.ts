import { type DetectorsState, noDetectors } from '../../drift/detect/advance-detectors.ts';
import type { ClassicalState } from '../../drift/detect/classical.ts';

/** What detectors remember. Plain JSON. */
export interface OverTimeState {
  readonly evidence: DetectorsState;
  readonly classical: ClassicalState;
  /** Slices that late events changed after they were counted, and of which no record has told yet. */
  readonly passedOver: number;
}

export const noOverTime: OverTimeState = { evidence: noDetectors, classical: {}, passedOver: 0 };

interface Document {
  readonly version: 1;
  readonly throughMs: number | null;
  /** By key: model, end of the latest quiet slice, sums as little-endian doubles in base64: every bit of them, in half the room. */
  readonly detectors: Readonly<Record<string, readonly [string, number, string]>>;
  readonly classical: ClassicalState;
  readonly passedOver: number;
}

export function overTimeToText({ evidence, classical, passedOver }: OverTimeState): string {
  const detectors = Object.fromEntries(
    Object.entries(evidence.detectors).map(([key, { modelId, quietMs, sums }]) => [
      key,
      [modelId, quietMs, toBase64(sums)] as const,
    ]),
  );
  const document: Document = { version: 1, throughMs: evidence.throughMs, detectors, classical, passedOver };
  return JSON.stringify(document);
}

export function overTimeFromText(text: string): OverTimeState {
  const { throughMs, detectors, classical, passedOver } = JSON.parse(text) as Document;
  return {
    evidence: {
      throughMs,
      detectors: Object.fromEntries(
        Object.entries(detectors).map(([key, [modelId, quietMs, sums]]) => [
          key,
          { modelId, quietMs, sums: fromBase64(sums) },
        ]),
      ),
    },
    classical,
    passedOver,
  };
}

function toBase64(values: readonly number[]): string {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, at) => {
    bytes.writeDoubleLE(value, 8 * at);
  });
  return bytes.toString('base64');
}

function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(8 * at));
}
