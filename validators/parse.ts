import { z } from 'zod';
import { ErrorCode } from '../common/error.ts';
import { dimensionMax, featureTypes, textKinds } from '../common/feature.ts';
import { checkYaml, type FileProblem, formatPath, problemsError, readYaml } from '../common/yaml-file.ts';
import { type Contract, type ContractFeature, deriveKinds } from './contract.ts';
import { type Contradiction, findContradictions } from './contradictions.ts';

export { contractToYaml } from './contract-yaml.ts';

const otherwise = z.enum(['flag', 'reject']);
const length = z.number().int().nonnegative().optional();
const name = (what: string, form: RegExp, meaning: string) =>
  z.string().regex(form, `expected ${meaning} in the name of a ${what}`).max(100);

const featureSchema = z.strictObject({
  type: z.enum(featureTypes).describe('what its values are; timestamps are held as ms since 1970, booleans as 0 and 1'),
  dimension: z
    .number()
    .int()
    .min(1)
    .max(dimensionMax)
    .optional()
    .describe('how many numbers a vector has; every vector has to say it'),
  kind: z
    .enum(textKinds)
    .optional()
    .describe(
      'what the values of a string are for: one of some kinds, the name of one thing, or words; default: found out from the reference',
    ),
  description: z.string().optional().describe('for people'),
  path: z
    .string()
    .regex(/^(\/[^/]+)+$/, 'expected a JSON pointer such as /user/country')
    .optional()
    .describe('JSON pointer to the value in the event; default: /NAME'),
  required: z.boolean().default(false).describe('the value has to be there: not absent, not null, no empty text'),
  onMissing: otherwise.optional().describe('what the absence of a required value does; default: reject'),
  onTypeMismatch: otherwise
    .default('reject')
    .describe(
      'what a value does that is not of the type and cannot be read as one without loss; flagged, it counts as absent',
    ),
  domain: z
    .strictObject({
      values: z.array(z.union([z.string(), z.number(), z.boolean()])).describe('the values it may have'),
      otherwise: otherwise.default('flag').describe('what another value does'),
    })
    .optional()
    .describe('of texts, numbers and integers'),
  min: z.number().optional().describe('least value of a number or integer, or of a component of a vector'),
  max: z.number().optional().describe('greatest value of a number or integer, or of a component of a vector'),
  minLength: length.describe('least length of a text, in Unicode characters'),
  maxLength: length.describe('greatest length of a text, in Unicode characters'),
  pattern: z.string().optional().describe('regular expression (JavaScript, flag u) that matches somewhere in the text'),
  otherwise: otherwise.default('flag').describe('what a value outside min, max, minLength, maxLength or pattern does'),
  derive: z
    .strictObject({
      hourOf: z.string().optional().describe('the hour of the day of a timestamp, 0 to 23 in UTC'),
      weekdayOf: z.string().optional().describe('the day of the week of a timestamp, 0 (Monday) to 6 in UTC'),
    })
    .refine((derive) => Object.values(derive).filter((from) => from !== undefined).length === 1, {
      message: 'expected one of hourOf, weekdayOf',
    })
    .optional()
    .describe('computed from another feature instead of read from the event'),
});

const ruleSchema = z.strictObject({
  name: z.string().min(1).describe('what the rule is called in violations'),
  require: z.string().describe('an expression over features that must not be false'),
  otherwise: otherwise.default('flag').describe('what an event does that breaks it'),
});

/** The contract file. `docs/contracts.md` explains every key. */
export const contractSchema = z.strictObject({
  contract: name('contract', /^[a-z][a-z0-9_-]*$/i, 'letters, digits, - and _, beginning with a letter,').describe(
    'its name',
  ),
  version: z.number().int().positive().default(1).describe('to be raised with every change of meaning'),
  description: z.string().optional().describe('for people'),
  unknownFields: z
    .enum(['ignore', 'flag', 'reject'])
    .default('ignore')
    .describe('what a field at the top of an event does that no feature reads'),
  features: z
    .record(
      name(
        'feature',
        /^(?!__proto__$)[a-z_][a-z0-9_.-]*$/i,
        'letters, digits, _ - and ., beginning with a letter or _,',
      ),
      featureSchema,
    )
    .refine((features) => Object.keys(features).length > 0, 'expected at least one feature')
    .describe('by name'),
  rules: z.array(ruleSchema).default([]).describe('across features'),
});

/**
 * Reads a contract.
 * @param place the file, for errors
 * @throws TidemarkError CONTRACT_INVALID with every problem and its line, contradictions included
 */
export function parseContract(text: string, place: string): Contract {
  const code = ErrorCode.CONTRACT_INVALID;
  const file = readYaml(text, place, { code });
  const raw = checkYaml(file, contractSchema, place, code);
  const contract: Contract = {
    name: raw.contract,
    version: raw.version,
    ...(raw.description === undefined ? {} : { description: raw.description }),
    unknownFields: raw.unknownFields,
    features: Object.entries(raw.features).map(([key, feature]) => toFeature(key, feature)),
    rules: raw.rules,
  };
  const problems = [...findUnreadable(raw), ...findContradictions(contract)].map(
    ({ path, reason }): FileProblem => ({ ...file.locate(path), path: formatPath(path), reason }),
  );
  if (problems.length > 0) throw problemsError(problems, place, code);
  return contract;
}

type RawContract = z.output<typeof contractSchema>;
type RawFeature = RawContract['features'][string];

function toFeature(key: string, { path, domain, derive, ...rest }: RawFeature): ContractFeature {
  const kind = deriveKinds.find((candidate) => derive?.[candidate] !== undefined);
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    name: key,
    path: path ?? `/${key}`,
    ...(given as Omit<ContractFeature, 'name' | 'path' | 'domain' | 'derive'>),
    ...(domain === undefined ? {} : { domain: { ...domain, values: domain.values.map(String) } }),
    ...(kind === undefined ? {} : { derive: { kind, from: derive?.[kind] as string } }),
  };
}

/** What is lost once all values of a domain are texts, and keys that mean nothing together. */
function findUnreadable({ features }: RawContract): Contradiction[] {
  const found: Contradiction[] = [];
  for (const [key, { type, domain, path, derive, required, onMissing }] of Object.entries(features)) {
    domain?.values.forEach((value, at) => {
      // YAML reads 010 as 10 and 1.0 as 1: what was meant as a text stands in quotes.
      const wanted = type === 'string' ? 'string' : 'number';
      if (typeof value === wanted || type === 'boolean' || type === 'timestamp' || type === 'vector') return;
      const reason = wanted === 'string' ? `expected a text; write "${value}"` : `expected a number, found ${value}`;
      found.push({ path: ['features', key, 'domain', 'values', at], reason });
    });
    if (derive !== undefined && path !== undefined)
      found.push({ path: ['features', key, 'path'], reason: 'a derived feature reads nothing' });
    if (onMissing !== undefined && !required)
      found.push({ path: ['features', key, 'onMissing'], reason: 'only a required value can be missing' });
  }
  return found;
}
