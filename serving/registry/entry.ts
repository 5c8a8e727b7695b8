import { z } from 'zod';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { summarySchema } from '../model/signature.ts';

/** What a version is for: the champion answers, challengers score in shadow, a retired one does neither. */
export const roles = ['champion', 'challenger', 'retired'] as const;
export type Role = (typeof roles)[number];

/** Why a version has its role; a rollback undoes the promotion (or the first registration) before it. */
export const roleCauses = ['registered', 'promoted', 'refused', 'replaced', 'rolled-back', 'operator'] as const;
export type RoleCause = (typeof roleCauses)[number];

const evidenceSchema = z.record(z.string(), z.unknown());

const bodySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('registered'),
    artifactId: z.string(),
    summary: summarySchema,
    reason: z.string(),
  }),
  z.strictObject({ kind: z.literal('role'), role: z.enum(roles), cause: z.enum(roleCauses), reason: z.string() }),
  z.strictObject({
    kind: z.literal('compared'),
    champion: z.string(),
    decision: z.enum(['promote', 'refuse', 'wait']),
    evidence: evidenceSchema,
    reason: z.string(),
  }),
]);
export type EntryBody = z.output<typeof bodySchema>;

/** One line of the log of a model: `registered`, `role`, or `compared` (then `version` is the challenger). */
export interface RegistryEntry {
  readonly model: string;
  /** 1, 2, 3, ... within the model. */
  readonly seq: number;
  /** Event time of the decision, ms since 1970. */
  readonly atMs: number;
  readonly version: string;
  readonly body: EntryBody;
}

/** A row of the table `model_log`; `at` is `atMs`. */
export interface RegistryRow {
  readonly model: string;
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly version: string;
  /** The body without its kind, as JSON. */
  readonly entry: string;
}

export function encodeEntry({ model, seq, atMs, version, body }: RegistryEntry): RegistryRow {
  const { kind, ...rest } = body;
  return { model, seq, atMs, kind, version, entry: JSON.stringify(rest) };
}

/** @throws STORE_REJECTED where the row was not written by this program */
export function decodeEntry({ model, seq, atMs, kind, version, entry }: RegistryRow): RegistryEntry {
  try {
    return { model, seq, atMs, version, body: bodySchema.parse({ kind, ...(JSON.parse(entry) as object) }) };
  } catch (cause) {
    throw new TidemarkError(ErrorCode.STORE_REJECTED, `the entry is unreadable: ${messageOf(cause)}`, {
      place: `model_log, model ${model}, seq ${seq}`,
      cure: 'The row was changed by hand, or written by a newer version of this program.',
      cause,
    });
  }
}
