import { identifierMeasurer } from './identifier-measure.ts';
import type { Measure, Measurer } from './measure.ts';
import { textMeasurer } from './text-measure.ts';
import { timestampMeasurer } from './timestamp-measure.ts';
import { vectorMeasurer } from './vector-measure.ts';

/** Made once and used for every batch: it keeps what it found out about the texts of a dictionary. */
export function createMeasurer(measure: Measure): Measurer {
  switch (measure.kind) {
    case 'text':
      return textMeasurer(measure);
    case 'identifier':
      return identifierMeasurer(measure);
    case 'vector':
      return vectorMeasurer(measure);
    case 'timestamp':
      return timestampMeasurer(measure);
  }
}
