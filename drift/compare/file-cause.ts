import { columnOf, type Frame } from '../../common/feature.ts';
import { selectRows } from '../../common/select.ts';
import { vanishedStory } from '../cause/category-story.ts';
import { changeWeights } from '../cause/change-weights.ts';
import { type Concentration, concentrate } from '../cause/concentrate.ts';
import { numericStory } from '../cause/numeric-story.ts';
import { rowsWhere } from '../cause/rows-where.ts';
import type { Story } from '../cause/story.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../profile/profile-set.ts';
import { binningsOf } from '../reference/feature-binning.ts';
import { fileSample } from './file-sample.ts';

/** Why a feature of two files differs; at least one of the two is there. */
export interface FileCause {
  /** What explains the values: of all rows, or of those that `where` names. */
  readonly story: Story | null;
  /** The part of the rows that carries the change; null where all do. */
  readonly where: Concentration | null;
  /** One clause of plain words, without the feature's name. */
  readonly text: string;
}

/** Rows of each file among which the part that carries a change is sought. */
const rowsMost = 8000;
/** A part with fewer rows on a side has no story of its own. */
const partLeast = 50;

/**
 * The simple story of a feature that changed, or else the part of the rows that carries the change and what happened there. Stories
 * are tested on all rows in the bins of the reference; parts are sought among 8,000 of each file (`concentrate`).
 *
 * @param notPlaces features that cannot be the part: numbers that moved themselves, which move with this one
 * @returns undefined where no story fits and no part stands out, or the feature has no bins (texts that hardly repeat)
 */
export function fileCause(
  name: string,
  reference: Frame,
  current: Frame,
  notPlaces: readonly string[],
): FileCause | undefined {
  const at = reference.fields.findIndex((field) => field.name === name);
  const field = reference.fields[at];
  const column = reference.columns[at];
  if (field === undefined || column === undefined) return undefined;
  const { binning } = binningsOf(field, column, reference.rows);
  if (binning.kind === 'categorical' && binning.values.length === 0) return undefined;
  const sides = { reference: profiled(name, reference, binning), current: profiled(name, current, binning) };
  const story = storyOf(name, binning, sides);
  if (story !== undefined) return { story, where: null, text: story.text };
  const samples = { reference: fileSample(reference, rowsMost), current: fileSample(current, rowsMost) };
  const weigh = changeWeights({ binning, ...sides });
  const weightsOf = (frame: Frame): Float64Array => {
    const sampled = columnOf(frame, name);
    return sampled === undefined ? new Float64Array(frame.rows) : weigh(sampled, frame.rows);
  };
  const where = concentrate({
    ...samples,
    referenceWeights: weightsOf(samples.reference),
    currentWeights: weightsOf(samples.current),
    exclude: [name, ...notPlaces],
  });
  if (where === undefined) return undefined;
  const part = (frame: Frame): Frame => selectRows(frame, rowsWhere(frame, where.conditions));
  const parts = { reference: part(reference), current: part(current) };
  const there =
    Math.min(parts.reference.rows, parts.current.rows) < partLeast
      ? undefined
      : storyOf(name, binning, {
          reference: profiled(name, parts.reference, binning),
          current: profiled(name, parts.current, binning),
        });
  const text = there === undefined ? where.text : `${where.text}; there it ${there.text}`;
  return { story: there ?? null, where, text };
}

interface Sides {
  readonly reference: Profile;
  readonly current: Profile;
}

function profiled(name: string, frame: Frame, binning: Binning): Profile {
  const set = createProfileSet(binning, 1);
  const column = columnOf(frame, name);
  if (column !== undefined) accumulate(set, column, new Int32Array(frame.rows), frame.rows);
  return profileOf(set, 0);
}

function storyOf(feature: string, binning: Binning, sides: Sides): Story | undefined {
  return binning.kind === 'numeric'
    ? numericStory({ feature, binning, ...sides })
    : vanishedStory({ binning, ...sides });
}
