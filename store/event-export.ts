import type { FeatureField, FeatureType } from '../common/feature.ts';
import type { Store } from './client.ts';
import { featureColumn } from './migrations.ts';

export interface EventExport {
  readonly features: readonly FeatureField[];
  /** What the id and the time of the event are called in the file; undefined leaves them out. A feature of that name comes first. */
  readonly idName: string | undefined;
  readonly timeName: string | undefined;
  /** Event time, ms since 1970: from this on, and before that; without them all events. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly path: string;
}

/**
 * Writes accepted events, each once and without duplicates, as an Arrow file with the features under the contract's names. Hands
 * back the types of the columns, which the file does not know.
 */
export async function exportEvents(store: Store, input: EventExport): Promise<ReadonlyMap<string, FeatureType>> {
  const types = new Map<string, FeatureType>();
  const select: string[] = [];
  const add = (name: string, type: FeatureType, expression: string): void => {
    if (types.has(name)) return;
    types.set(name, type);
    select.push(`${expression} AS \`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``);
  };
  for (const { name, type } of input.features) add(name, type, `\`${featureColumn(name)}\``);
  if (input.idName !== undefined) add(input.idName, 'string', 'id');
  if (input.timeName !== undefined) add(input.timeName, 'timestamp', 'toFloat64(toUnixTimestamp64Milli(event_time))');
  const bounds = [
    ...(input.fromMs === undefined ? [] : [`event_time >= fromUnixTimestamp64Milli({from:Int64})`]),
    ...(input.toMs === undefined ? [] : [`event_time < fromUnixTimestamp64Milli({to:Int64})`]),
  ];
  await store.exportArrow(
    `SELECT ${select.join(', ')} FROM \`${store.database}\`.events FINAL
     WHERE ${['duplicate = 0', ...bounds].join(' AND ')}`,
    { from: Math.round(input.fromMs ?? 0), to: Math.round(input.toMs ?? 0) },
    input.path,
  );
  return types;
}
