import type { VersionSummary } from '../model/signature.ts';
import type { EntryBody, RegistryEntry, Role, RoleCause } from './entry.ts';
import type { Routes } from './routes.ts';

/** What the log says of one version. */
export interface VersionState {
  readonly version: string;
  readonly artifactId: string;
  readonly summary: VersionSummary;
  readonly registeredAtMs: number;
  readonly role: Role;
  /** Since when it has the role, and why. */
  readonly roleSinceMs: number;
  readonly roleCause: RoleCause;
  readonly roleReason: string;
  /** The last comparison in which it was the challenger. */
  readonly compared?: Extract<EntryBody, { kind: 'compared' }> & { readonly atMs: number };
}

/** The present of one model, derived from its log. */
export interface RegistryState {
  readonly model: string;
  /** In order of registration. */
  readonly versions: readonly VersionState[];
  readonly champion?: string;
  /** Champions one after the other, the present one last; a rollback takes the last away. */
  readonly championStack: readonly string[];
  /** Of the last entry; 0 for an empty log. */
  readonly seq: number;
  /** The log, in order. */
  readonly history: readonly RegistryEntry[];
}

/**
 * Derives the state of a model from entries of the log in any order; entries of other models are passed over. Of two
 * entries with one seq the later counts, as in the table.
 */
export function deriveRegistry(model: string, entries: readonly RegistryEntry[]): RegistryState {
  const bySeq = new Map<number, RegistryEntry>();
  for (const entry of entries) {
    if (entry.model !== model) continue;
    const other = bySeq.get(entry.seq);
    if (other === undefined || other.atMs <= entry.atMs) bySeq.set(entry.seq, entry);
  }
  return applyEntries(
    { model, versions: [], championStack: [], seq: 0, history: [] },
    [...bySeq.values()].sort((a, b) => a.seq - b.seq),
  );
}

/** The names of all models that entries speak of, sorted. */
export function modelsOf(entries: readonly RegistryEntry[]): string[] {
  return [...new Set(entries.map(({ model }) => model))].sort();
}

/** The state after further entries, which have to be in order. */
export function applyEntries(state: RegistryState, entries: readonly RegistryEntry[]): RegistryState {
  const versions = new Map(state.versions.map((version) => [version.version, version]));
  const stack = [...state.championStack];
  let champion = state.champion;
  for (const { version, atMs, body } of entries) {
    const known = versions.get(version);
    if (body.kind === 'registered') {
      versions.set(version, {
        version,
        artifactId: body.artifactId,
        summary: body.summary,
        registeredAtMs: atMs,
        role: 'retired',
        roleSinceMs: atMs,
        roleCause: 'registered',
        roleReason: body.reason,
      });
    } else if (known === undefined) {
      // A log cut at its beginning: a role of a version nobody registered leads nowhere.
    } else if (body.kind === 'compared') {
      versions.set(version, { ...known, compared: { ...body, atMs } });
    } else {
      const { role, cause, reason } = body;
      versions.set(version, { ...known, role, roleSinceMs: atMs, roleCause: cause, roleReason: reason });
      if (role === 'champion') {
        champion = version;
        if (cause === 'rolled-back') stack.pop();
        if (stack.at(-1) !== version) stack.push(version);
      } else if (champion === version) champion = undefined;
    }
  }
  return {
    model: state.model,
    versions: [...versions.values()],
    ...(champion === undefined ? {} : { champion }),
    championStack: stack,
    seq: entries.at(-1)?.seq ?? state.seq,
    history: [...state.history, ...entries],
  };
}

/** Which versions see the events. */
export function routesOf(state: RegistryState): Routes {
  const challengers = state.versions
    .filter(({ role }) => role === 'challenger')
    .sort((a, b) => a.roleSinceMs - b.roleSinceMs)
    .map(({ version }) => version);
  return state.champion === undefined ? { challengers } : { champion: state.champion, challengers };
}

export function versionOf(state: RegistryState, version: string): VersionState | undefined {
  return state.versions.find((candidate) => candidate.version === version);
}
