import type { Base } from '../../cli/runtime/runtime.ts';
import { clockAhead, duplicateBurst, type FaultKind, kilometres, unknownAirport } from './faults.ts';
import type { Injected } from './prepare.ts';

/** A fault that was put in, and how many of its events the run found, by what it stored. */
export interface FaultFound {
  readonly kind: FaultKind;
  /** Events with the fault in them. */
  readonly injected: number;
  /** Those of them that verdicts, dead letters or an incident name. */
  readonly found: number;
  readonly incident: string | null;
}

interface IncidentRow {
  readonly id: string;
  readonly features: readonly string[];
  readonly segments: readonly string[];
  readonly cause: string;
  readonly since: string;
  readonly closedAt: string | null;
}

/** Holds what the run found against what was put in. */
export async function compareFaults(
  base: Base,
  injected: Injected,
  incidents: readonly IncidentRow[],
): Promise<FaultFound[]> {
  const { store } = base;
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  const count = async (from: string, where: string): Promise<number> => {
    const [row] = await store.query<{ n: string }>(`SELECT count() AS n FROM ${table(from)} FINAL WHERE ${where}`);
    return Number(row?.n ?? 0);
  };
  const letters = (where: string) => count('dead_letters', where);
  const between = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) =>
    `event_time >= fromUnixTimestamp64Milli(${fromMs}) AND event_time < fromUnixTimestamp64Milli(${toMs})`;
  /** Airports of those named that an incident about the feature and of this cause names as segments. */
  const airportsOf = (incident: IncidentRow | undefined, airports: readonly string[]) =>
    airports.filter((airport) => incident?.segments.includes(`origin=${airport}`));
  /** A flight gets one fault at most: those with another one are not meant. */
  const plain = "duplicate = 0 AND late = 0 AND NOT has(splitByChar(' ', violations), 'coerced:/distance')";
  const list = (values: readonly string[]) =>
    values.length === 0 ? "''" : values.map((value) => `'${value}'`).join(', ');

  const unit = incidents.find(({ features, cause }) => features.includes('distance') && cause === 'unit');
  const clock = incidents.find(({ features, cause }) => features.includes('@lag') && cause === 'shift');
  const novel = incidents.find(
    ({ features, cause }) =>
      cause === 'new-category' && (features.includes('origin') || features.includes('destination')),
  );
  const code = `(f_origin = '${unknownAirport.code}' OR f_destination = '${unknownAirport.code}')`;
  const found: Record<FaultKind, { readonly found: number; readonly incident?: IncidentRow | undefined }> = {
    'malformed-json': {
      found: await letters("reason IN ('json_syntax', 'invalid_utf8', 'duplicate_key', 'not_an_object')"),
    },
    'missing-field': {
      found: await letters("reason = 'missing' OR (reason = 'bad_time' AND NOT match(payload, '\"scheduled\"'))"),
    },
    'wrong-type': {
      found: await letters("reason = 'type_mismatch' OR (reason = 'bad_time' AND match(payload, '\"scheduled\"'))"),
    },
    'text-number': {
      found: await count('events', "has(splitByChar(' ', violations), 'coerced:/distance') AND duplicate = 0"),
    },
    late: { found: await count('events', 'late = 1 AND duplicate = 0') },
    duplicates: {
      found: await count(
        'events',
        `duplicate = 1 AND ${between({ fromMs: duplicateBurst.fromMs - 86_400_000, toMs: duplicateBurst.toMs + 86_400_000 })}`,
      ),
    },
    kilometres: {
      found: await count(
        'events',
        `${between(kilometres)} AND f_origin IN (${list(airportsOf(unit, kilometres.airports))}) AND ${plain}`,
      ),
      incident: unit,
    },
    'clock-ahead': {
      found: await count(
        'events',
        `f_origin IN (${list(airportsOf(clock, clockAhead.airports))}) AND event_time > arrival_time + INTERVAL 30 MINUTE AND ${plain}`,
      ),
      incident: clock,
    },
    'unknown-airport': {
      found: novel === undefined ? 0 : await count('events', `${code} AND duplicate = 0`),
      incident: novel,
    },
  };
  return (Object.keys(injected.faults) as FaultKind[]).map((kind) => ({
    kind,
    injected: injected.faults[kind],
    found: found[kind].found,
    incident: found[kind].incident?.id ?? null,
  }));
}
