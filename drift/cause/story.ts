import type { SegmentKey } from '../../common/segment.ts';

/** A simple explanation that was tested on the numbers. `text` is one clause of plain words, without the feature's name. */
export type Story =
  | {
      readonly kind: 'unit';
      /** Of the unit: current values are `factor` times (and `offset` above) those of the reference. */
      readonly factor: number;
      readonly offset: number;
      readonly unit: string;
      /** The factor as it was measured, where the unit has no offset. */
      readonly measured?: number;
      readonly text: string;
    }
  /** Multiplied, by a factor that no unit explains, or too inexactly known to name one; `low` to `high` is what it may be. */
  | {
      readonly kind: 'scale';
      readonly factor: number;
      readonly low: number;
      readonly high: number;
      readonly text: string;
    }
  | { readonly kind: 'shift'; readonly by: number; readonly text: string }
  | { readonly kind: 'missing' | 'invalid'; readonly share: number; readonly before: number; readonly text: string }
  | {
      readonly kind: 'new-category';
      readonly share: number;
      readonly values: readonly string[];
      readonly text: string;
    }
  | { readonly kind: 'vanished'; readonly share: number; readonly values: readonly string[]; readonly text: string }
  | { readonly kind: 'constant'; readonly text: string }
  /** The whole moves because these segments do; without them nothing is left. */
  | { readonly kind: 'segments'; readonly segments: readonly SegmentKey[]; readonly text: string };

export type StoryKind = Story['kind'];
