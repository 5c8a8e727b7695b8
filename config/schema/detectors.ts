import { z } from 'zod';
import { duration } from './kinds.ts';

/** What watches over time; see `docs/methods/detectors.md`. */
export const detectorKinds = ['evidence', 'adwin', 'page-hinkley', 'kswin'] as const;
export type DetectorKind = (typeof detectorKinds)[number];

export const detectorsSchema = z.strictObject({
  kinds: z
    .array(z.enum(detectorKinds))
    .default([])
    .describe(
      'evidence: anytime-valid, keeps the false-alarm budget whatever the stream; the others are the classical ones, for values that do not depend on each other',
    ),
  slice: duration
    .optional()
    .describe('event time counted at once; a multiple of windows.pane; default: the least of them that has 15m'),
  segments: z
    .boolean()
    .optional()
    .describe(
      'watch the segments too (the first 300 pairs of segment and feature); default: those whose pane fits into the slice',
    ),
  features: z.array(z.string()).optional().describe('what is watched; default: all features and predictions'),
});

export type DetectorsConfig = z.output<typeof detectorsSchema>;
