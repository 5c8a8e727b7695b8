import type { ModelVersion } from '../../common/read-model.ts';

/** When the version got the role it has; comparisons that came later change nothing about it. */
export function roleSince({ role, history }: Pick<ModelVersion, 'role' | 'history'>): number | null {
  return history.findLast((entry) => entry.role === role)?.at ?? null;
}
