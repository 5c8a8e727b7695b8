import { stringify } from 'yaml';
import { z } from 'zod';
import { ErrorCode } from '../common/error.ts';
import { featureTypes } from '../common/feature.ts';
import { checkYaml, type FileProblem, problemsError, readYaml } from '../common/yaml-file.ts';
import type { Contract, ContractFeature } from './contract.ts';
import { findContradictions } from './contradictions.ts';

const otherwise = z.enum(['flag', 'reject']);
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const featureSchema = z.strictObject({
  type: z.enum(featureTypes),
  path: z
    .string()
    .regex(/^(\/[^/]+)+$/, 'expected a JSON pointer such as /user/country')
    .optional(),
  required: z.boolean().default(false),
  onTypeMismatch: otherwise.default('reject'),
  domain: z.strictObject({ values: z.array(scalar), otherwise: otherwise.default('flag') }).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  minLength: z.number().int().nonnegative().optional(),
  maxLength: z.number().int().nonnegative().optional(),
  pattern: z.string().optional(),
  otherwise: otherwise.default('flag'),
  derive: z.union([z.strictObject({ hourOf: z.string() }), z.strictObject({ weekdayOf: z.string() })]).optional(),
});

/** The contract file. `docs/contracts.md` explains every key. */
export const contractSchema = z.strictObject({
  contract: z.string().regex(/^[a-z][a-z0-9_-]*$/i, 'expected letters, digits, - and _, beginning with a letter'),
  version: z.number().int().positive().default(1),
  unknownFields: z.enum(['ignore', 'flag', 'reject']).default('ignore'),
  features: z
    .record(
      z.string().regex(/^[a-z_][a-z0-9_.-]*$/i, 'expected letters, digits, _ - and . in the name of a feature'),
      featureSchema,
    )
    .refine((features) => Object.keys(features).length > 0, 'expected at least one feature'),
  rules: z
    .array(z.strictObject({ name: z.string(), require: z.string(), otherwise: otherwise.default('flag') }))
    .default([]),
});

/** Reads a contract. Throws CONTRACT_INVALID with every problem and its line, contradictions included. */
export function parseContract(text: string, place: string): Contract {
  const code = ErrorCode.CONTRACT_INVALID;
  const file = readYaml(text, place, { code });
  const raw = checkYaml(file, contractSchema, place, code);
  const contract: Contract = {
    name: raw.contract,
    version: raw.version,
    unknownFields: raw.unknownFields,
    features: Object.entries(raw.features).map(([name, { derive, path, ...rest }]) => {
      const feature = { name, path: path ?? `/${name}`, ...rest };
      const defined = Object.fromEntries(Object.entries(feature).filter(([, value]) => value !== undefined));
      return {
        ...defined,
        ...(derive === undefined ? {} : { derive: deriveOf(derive) }),
      } as unknown as ContractFeature;
    }),
    rules: raw.rules,
  };
  const problems = findContradictions(contract).map(
    ({ path, reason }): FileProblem => ({ ...file.locate(path), path: path.join('.'), reason }),
  );
  if (problems.length > 0) throw problemsError(problems, place, code);
  return contract;
}

function deriveOf(derive: { hourOf: string } | { weekdayOf: string }): NonNullable<ContractFeature['derive']> {
  return 'hourOf' in derive ? { kind: 'hourOf', from: derive.hourOf } : { kind: 'weekdayOf', from: derive.weekdayOf };
}

/** The file of a contract; reading it back gives the same contract. */
export function contractToYaml(contract: Contract): string {
  const features = Object.fromEntries(
    contract.features.map(({ name, path, derive, ...rest }) => [
      name,
      {
        ...rest,
        ...(path === `/${name}` ? {} : { path }),
        ...(derive === undefined ? {} : { derive: { [derive.kind]: derive.from } }),
      },
    ]),
  );
  const { name, version, unknownFields, rules } = contract;
  return stringify(
    { contract: name, version, unknownFields, features, rules },
    { lineWidth: 120, flowCollectionPadding: true },
  );
}
