import { type RegistryState, versionOf } from '../../serving/registry/registry.ts';

/** Share of the champions' decisions that hang on a feature, in [0, 1]; of several models the greatest. */
export function importanceOf(states: readonly RegistryState[]): Readonly<Record<string, number>> {
  const merged: Record<string, number> = {};
  for (const state of states) {
    const summary = state.champion === undefined ? undefined : versionOf(state, state.champion)?.summary;
    for (const [feature, share] of Object.entries(summary?.importance ?? {}))
      merged[feature] = Math.max(merged[feature] ?? 0, share);
  }
  return merged;
}

/** The champion's quality on windows of data it was not trained on. */
export function holdoutOf(state: RegistryState | undefined) {
  if (state?.champion === undefined) return [];
  return versionOf(state, state.champion)?.summary.holdoutWindows ?? [];
}
