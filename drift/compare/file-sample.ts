import { bottomRows } from '../../common/bottom-k.ts';
import type { Frame } from '../../common/feature.ts';
import { priorityOf, prioritySeed } from '../../common/priority.ts';
import { selectRows } from '../../common/select.ts';

/** At most `rows` rows of a file, those with the smallest seeded priorities: a file and itself give one sample. */
export function fileSample(frame: Frame, rows: number): Frame {
  const seed = prioritySeed('joint', 0);
  return selectRows(
    frame,
    bottomRows(frame.rows, rows, (row) => priorityOf(seed, row)),
  );
}
