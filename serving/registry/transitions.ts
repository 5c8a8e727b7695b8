import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { type ModelSignature, summaryOf } from '../model/signature.ts';
import type { EntryBody, RegistryEntry, Role, RoleCause } from './entry.ts';
import { type RegistryState, type VersionState, versionOf } from './registry.ts';

/**
 * Changes of the registry. Each looks at the state, refuses what makes no sense, and returns the entries to append, with
 * their running numbers; nothing to do is an empty list. No clock: `atMs` is the event time of the decision.
 */

interface Decision {
  readonly atMs: number;
  /** A sentence for people. */
  readonly reason: string;
}

/**
 * Takes a version in: as champion where the model has none, else as challenger. The same artifact again changes nothing.
 * @throws MODEL_INVALID where the version exists with another artifact
 */
export function register(
  state: RegistryState,
  options: Decision & { readonly signature: ModelSignature; readonly artifactId: string },
): RegistryEntry[] {
  const { signature, artifactId, reason } = options;
  const { version, model } = signature;
  if (model !== state.model) throw invalid(state, version, `it belongs to model ${model}`);
  const known = versionOf(state, version);
  if (known?.artifactId === artifactId) return [];
  if (known !== undefined) {
    throw invalid(state, version, `it is registered with another artifact, ${known.artifactId.slice(0, 12)}`);
  }
  const role = state.champion === undefined ? 'champion' : 'challenger';
  return number(state, options.atMs, [
    [version, { kind: 'registered', artifactId, summary: summaryOf(signature), reason }],
    [version, roleBody(role, 'registered', reason)],
  ]);
}

/**
 * Gives a version a role by hand. A new champion retires the old one.
 * @throws NOT_FOUND for an unknown version, MODEL_INVALID where the champion would go without a successor
 */
export function assignRole(
  state: RegistryState,
  options: Decision & { readonly version: string; readonly role: Role },
): RegistryEntry[] {
  const { role, reason } = options;
  const { version, role: present } = find(state, options.version);
  if (present === role) return [];
  if (role === 'champion') return number(state, options.atMs, crown(state, version, 'operator', reason));
  if (version === state.champion) {
    throw invalid(state, version, 'it is the champion, and no other version would answer', {
      cure: 'Make another version the champion; this one is retired by that.',
    });
  }
  return number(state, options.atMs, [[version, roleBody(role, 'operator', reason)]]);
}

interface Comparison extends Decision {
  /** The challenger. */
  readonly version: string;
  /** What `decidePromotion` returned. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Writes down what a round of comparing found without a change of roles. */
export function recordWait(state: RegistryState, options: Comparison): RegistryEntry[] {
  return number(state, options.atMs, [compared(state, options, 'wait')]);
}

/**
 * The challenger becomes the champion, the champion retires.
 * @throws NOT_FOUND for an unknown version, MODEL_INVALID where it is no challenger
 */
export function promote(state: RegistryState, options: Comparison): RegistryEntry[] {
  const comparison = compared(state, options, 'promote');
  return number(state, options.atMs, [comparison, ...crown(state, options.version, 'promoted', options.reason)]);
}

/**
 * The challenger retires.
 * @throws NOT_FOUND for an unknown version, MODEL_INVALID where it is no challenger
 */
export function refuse(state: RegistryState, options: Comparison): RegistryEntry[] {
  return number(state, options.atMs, [
    compared(state, options, 'refuse'),
    [options.version, roleBody('retired', 'refused', options.reason)],
  ]);
}

/**
 * The champion before the present one answers again; the present one retires. Doing it twice goes back two champions.
 * @throws NOT_FOUND where there was none before
 */
export function rollback(state: RegistryState, options: Decision): RegistryEntry[] {
  const previous = state.championStack.at(-2);
  if (state.champion === undefined || previous === undefined) {
    throw new TidemarkError(ErrorCode.NOT_FOUND, `model ${state.model} has no champion before the present one`, {
      cure: 'Choose a version: tidemark models role MODEL VERSION champion.',
    });
  }
  return number(state, options.atMs, crown(state, previous, 'rolled-back', options.reason));
}

type Step = readonly [version: string, body: EntryBody];

function crown(state: RegistryState, version: string, cause: RoleCause, reason: string): Step[] {
  const steps: Step[] = [];
  if (state.champion !== undefined) {
    steps.push([state.champion, roleBody('retired', cause === 'rolled-back' ? 'rolled-back' : 'replaced', reason)]);
  }
  steps.push([version, roleBody('champion', cause, reason)]);
  return steps;
}

function compared(
  state: RegistryState,
  { version, evidence, reason }: Comparison,
  decision: 'promote' | 'refuse' | 'wait',
): Step {
  const { role } = find(state, version);
  if (role !== 'challenger' || state.champion === undefined) {
    throw invalid(state, version, `it is ${role}, not a challenger of a champion`);
  }
  return [version, { kind: 'compared', champion: state.champion, decision, evidence: { ...evidence }, reason }];
}

function roleBody(role: Role, cause: RoleCause, reason: string): EntryBody {
  return { kind: 'role', role, cause, reason };
}

function number(state: RegistryState, atMs: number, steps: readonly Step[]): RegistryEntry[] {
  return steps.map(([version, body], at) => ({ model: state.model, seq: state.seq + at + 1, atMs, version, body }));
}

function find(state: RegistryState, version: string): VersionState {
  const known = versionOf(state, version);
  if (known !== undefined) return known;
  throw new TidemarkError(ErrorCode.NOT_FOUND, `model ${state.model} has no version ${version}`, {
    cure: 'List the versions with: tidemark models list.',
  });
}

function invalid(
  state: RegistryState,
  version: string,
  reason: string,
  options: { readonly cure?: string } = {},
): TidemarkError {
  return new TidemarkError(ErrorCode.MODEL_INVALID, `version ${version} cannot take part: ${reason}`, {
    place: `model ${state.model}`,
    ...options,
  });
}
