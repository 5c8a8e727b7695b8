import {
  createNumberColumn,
  createTextColumn,
  encode,
  isPresent,
  type NumberColumn,
  setPresent,
  type TextColumn,
} from '../../common/columns.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import { formatNumber, formatShare } from './words.ts';

/** What a change of one feature means to a model. */
export interface ModelCare {
  readonly model: string;
  /** Share of the model's decisions that hang on the feature, in [0, 1]; absent where it is not known. */
  readonly importance?: number;
  /** Effect of the change times the importance. */
  readonly weighted?: number;
  /** Mean prediction for the reference's rows, as they are and with the feature's current values. */
  readonly prediction?: { readonly before: number; readonly after: number };
  /** One clause of plain words. */
  readonly text: string;
}

/**
 * The rows of the reference with one feature's values replaced by current ones, in the order of the current sample and from its
 * beginning again where that is shorter: what the model says of them shows what the change of this feature alone does to it. (The
 * samples are in random order with regard to their values, so pairing by place is as good as by chance.) Undefined where a side lacks
 * the feature, or has it in another form.
 */
export function withCurrentValues(reference: Frame, current: Frame, feature: string): Frame | undefined {
  const before = columnOf(reference, feature);
  const now = columnOf(current, feature);
  if (
    before === undefined ||
    now === undefined ||
    before.kind !== now.kind ||
    now.kind === 'vector' ||
    current.rows === 0
  )
    return undefined;
  const at = reference.fields.findIndex(({ name }) => name === feature);
  return { ...reference, columns: reference.columns.with(at, repeated(now, current.rows, reference.rows)) };
}

function repeated(from: NumberColumn | TextColumn, count: number, rows: number): NumberColumn | TextColumn {
  const numbers = createNumberColumn(from.kind === 'number' ? rows : 0);
  const texts = createTextColumn(from.kind === 'number' ? 0 : rows);
  for (let row = 0; row < rows; row++) {
    const source = row % count;
    if (!isPresent(from.validity, source)) continue;
    if (from.kind === 'number') {
      numbers.values[row] = from.values[source] as number;
      setPresent(numbers.validity, row);
    } else {
      texts.codes[row] = encode(texts.dictionary, from.dictionary.values[from.codes[source] as number] as string);
      setPresent(texts.validity, row);
    }
  }
  return from.kind === 'number' ? numbers : texts;
}

/** Puts together what is known; undefined where nothing is. */
export function modelCare(input: {
  readonly model: string;
  readonly effect: number;
  readonly importance: number | undefined;
  readonly prediction: { readonly before: number; readonly after: number } | undefined;
}): ModelCare | undefined {
  const { model, effect, importance, prediction } = input;
  const parts: string[] = [];
  if (importance !== undefined) parts.push(`${formatShare(importance)} of what ${model} decides hangs on it`);
  if (prediction !== undefined)
    parts.push(
      `its values now move the mean prediction of ${model} from ${formatNumber(prediction.before)} to ${formatNumber(prediction.after)}`,
    );
  if (parts.length === 0) return undefined;
  return {
    model,
    ...(importance === undefined ? {} : { importance, weighted: effect * importance }),
    ...(prediction === undefined ? {} : { prediction }),
    text: parts.join('; '),
  };
}
