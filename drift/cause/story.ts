import type { SegmentKey } from '../../common/segment.ts';

/** A simple explanation that was tested on the numbers. `text` is one clause of plain words, without the feature's name. */
export type Story =
  | {
      readonly kind: 'unit';
      /** Current values are about `factor` times (and `offset` above) those of the reference. */
      readonly factor: number;
      readonly offset: number;
      readonly unit: string;
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
