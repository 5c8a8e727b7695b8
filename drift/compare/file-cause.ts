import type { Column } from '../../common/columns.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
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

/** Two files of which several features may have changed. */
export interface FilePair {
  readonly reference: Frame;
  readonly current: Frame;
  /** Features that cannot be the part: numbers that moved themselves, which move with any other. */
  readonly notPlaces: readonly string[];
}

/**
 * Tells of one feature that changed the simple story, or else the part of the rows that carries the change and what happened there.
 * Stories are tested on all rows in the bins of the reference; parts are sought among 8,000 of each file (`concentrate`), sampled once.
 * Undefined where no story fits and no part stands out, or the feature has no bins (texts that hardly repeat).
 */
export function createFileCauses({ reference, current, notPlaces }: FilePair): (name: string) => FileCause | undefined {
  let sampled: { readonly reference: Frame; readonly current: Frame } | undefined;
  return (name) => {
    const at = reference.fields.findIndex((field) => field.name === name);
    const field = reference.fields[at];
    const column = reference.columns[at];
    if (field === undefined || column === undefined) return undefined;
    const { binning } = binningsOf(field, column, reference.rows);
    if (binning.kind === 'categorical' && binning.values.length === 0) return undefined;
    const sides = { reference: profiled(name, reference, binning), current: profiled(name, current, binning) };
    const story = storyOf(name, binning, sides);
    if (story !== undefined) return { story, where: null, text: story.text };
    sampled ??= { reference: fileSample(reference, rowsMost), current: fileSample(current, rowsMost) };
    const weigh = changeWeights({ binning, ...sides });
    const weightsOf = (frame: Frame): Float64Array => weigh(columnOf(frame, name) as Column, frame.rows);
    const where = concentrate({
      ...sampled,
      referenceWeights: weightsOf(sampled.reference),
      currentWeights: weightsOf(sampled.current),
      exclude: [name, ...notPlaces],
    });
    if (where === undefined) return undefined;
    const parts = {
      reference: profiled(name, reference, binning, rowsWhere(reference, where.conditions)),
      current: profiled(name, current, binning, rowsWhere(current, where.conditions)),
    };
    const isEnough = Math.min(parts.reference.n, parts.current.n) >= partLeast;
    const there = isEnough ? storyOf(name, binning, parts) : undefined;
    const text = there === undefined ? where.text : `${where.text}; there it ${there.text}`;
    return { story: there ?? null, where, text };
  };
}

interface Sides {
  readonly reference: Profile;
  readonly current: Profile;
}

/** Of all rows, or of these. */
function profiled(name: string, frame: Frame, binning: Binning, rows?: Int32Array): Profile {
  const set = createProfileSet(binning, 1);
  const groupOfRow = new Int32Array(frame.rows).fill(rows === undefined ? 0 : -1);
  rows?.forEach((row) => {
    groupOfRow[row] = 0;
  });
  const column = columnOf(frame, name);
  if (column !== undefined) accumulate(set, column, groupOfRow, frame.rows);
  return profileOf(set, 0);
}

function storyOf(feature: string, binning: Binning, sides: Sides): Story | undefined {
  return binning.kind === 'numeric'
    ? numericStory({ feature, binning, ...sides })
    : vanishedStory({ binning, ...sides });
}
