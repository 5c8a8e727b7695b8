import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, valueAt } from '../../common/columns.ts';
import { type FeatureType, type Frame, featureTypes } from '../../common/feature.ts';
import { selectRows } from '../../common/select.ts';
import { Verdict } from '../../common/verdict.ts';
import { type Violation, ViolationCode } from '../../common/violation.ts';
import { coerce } from '../../validators/coerce.ts';
import { compileContract } from '../../validators/compile.ts';
import type { Contract, ContractFeature, Otherwise } from '../../validators/contract.ts';
import { findContradictions } from '../../validators/contradictions.ts';
import { contractToYaml, parseContract } from '../../validators/parse.ts';

const otherwise = fc.constantFrom<Otherwise>('flag', 'reject');
const words = ['a', 'bb', 'ccc', '12', 'true', 'N/A', '2001-01-31', '🟢'];

function featureArbitrary(name: string): fc.Arbitrary<ContractFeature> {
  const base = { name: fc.constant(name), path: fc.constant(`/${name}`), onTypeMismatch: otherwise, otherwise };
  const texts = fc.record(
    {
      ...base,
      type: fc.constant<FeatureType>('string'),
      required: fc.boolean(),
      domain: fc.record({
        values: fc.oneof(
          fc.uniqueArray(fc.constantFrom(...words), { minLength: 1 }),
          fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 30, maxLength: 60 }),
        ),
        otherwise,
      }),
      maxLength: fc.integer({ min: 3, max: 12 }),
      pattern: fc.constantFrom('^.+$', '[a-z]', '^\\d{2}$'),
      description: fc.string(),
    },
    { requiredKeys: ['name', 'path', 'onTypeMismatch', 'otherwise', 'type', 'required'] },
  );
  const numbers = fc.record(
    {
      ...base,
      type: fc.constantFrom<FeatureType>('number', 'integer'),
      required: fc.boolean(),
      min: fc.integer({ min: -5, max: 0 }),
      max: fc.integer({ min: 1, max: 50 }),
    },
    { requiredKeys: ['name', 'path', 'onTypeMismatch', 'otherwise', 'type', 'required'] },
  );
  const others = fc.record({
    ...base,
    type: fc.constantFrom<FeatureType>('boolean', 'timestamp'),
    required: fc.boolean(),
  });
  return fc.oneof(texts, numbers, others) as fc.Arbitrary<ContractFeature>;
}

const rule = fc.record({
  name: fc.string({ minLength: 1 }),
  require: fc.constantFrom('f0 is missing or f1 is not missing'),
  otherwise,
});
const contract: fc.Arbitrary<Contract> = fc
  .record({
    name: fc.constant('test'),
    version: fc.integer({ min: 1, max: 99 }),
    unknownFields: fc.constantFrom('ignore' as const, 'flag' as const, 'reject' as const),
    features: fc.tuple(featureArbitrary('f0'), featureArbitrary('f1'), featureArbitrary('f2')),
    rules: fc.uniqueArray(rule, { selector: ({ name }) => name, maxLength: 2 }),
  })
  .filter((candidate) => findContradictions(candidate).length === 0);

/** Cells as a file's columns hold them: one kind a column, some of them absent. */
const cells = fc.oneof(
  fc.record({
    kind: fc.constant('text' as const),
    values: fc.array(fc.oneof(fc.constant(null), fc.constantFrom(...words, '', ' 7 ', '1e999', 'nan', '3.0')), {
      minLength: 6,
      maxLength: 6,
    }),
  }),
  fc.record({
    kind: fc.constant('number' as const),
    values: fc.array(
      fc.oneof(
        fc.constant(null),
        fc.integer({ min: -10, max: 60 }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.constant(2 ** 60),
      ),
      {
        minLength: 6,
        maxLength: 6,
      },
    ),
  }),
  fc.record({
    kind: fc.constant('boolean' as const),
    values: fc.array(fc.option(fc.boolean()), { minLength: 6, maxLength: 6 }),
  }),
);
type Cells = {
  readonly kind: 'text' | 'number' | 'boolean';
  readonly values: readonly (string | number | boolean | null)[];
};

function columnFrom({ kind, values }: Cells): Column {
  const validity = new Uint8Array(1);
  values.forEach((value, row) => {
    if (value !== null) validity[0] = (validity[0] as number) | (1 << row);
  });
  if (kind !== 'text') return { kind: 'number', values: Float64Array.from(values, Number), validity };
  const texts = [...new Set(values.map((value) => String(value ?? '')))];
  const dictionary = { values: texts, codeOf: new Map(texts.map((text, code) => [text, code])) };
  return {
    kind: 'text',
    codes: Int32Array.from(values, (value) => dictionary.codeOf.get(String(value ?? '')) ?? 0),
    dictionary,
    validity,
  };
}

function valuesOf({ rows, columns }: Frame): ReturnType<typeof valueAt>[][] {
  return columns.map((column) => Array.from({ length: rows }, (_, row) => valueAt(column, row)));
}

const said = (violations: readonly Violation[] = []) => violations.map(({ code, path }) => `${code}:${path}`);

describe('contracts', () => {
  it('come back the same from the file they are written to', () => {
    fc.assert(
      fc.property(contract, (given) => {
        expect(parseContract(contractToYaml(given), 'c.yaml')).toEqual(given);
      }),
      { numRuns: 200 },
    );
  });

  it('say the same of rows and of columns', () => {
    fc.assert(
      fc.property(contract, fc.tuple(cells, cells, cells), fc.option(cells), (given, columns, extra) => {
        const all: Cells[] = [...columns, ...(extra === null ? [] : [extra])];
        const names = ['f0', 'f1', 'f2', 'extra'];
        const frame: Frame = {
          rows: 6,
          fields: all.map(({ kind }, at) => ({ name: names[at] as string, type: kind === 'text' ? 'string' : kind })),
          columns: all.map(columnFrom),
        };
        const compiled = compileContract(given);
        const byColumns = compiled.checkFrame(frame);

        const builder = compiled.createBuilder(2);
        const kept: number[] = [];
        const verdicts: number[] = [];
        const found: Violation[][] = [];
        for (let row = 0; row < 6; row++) {
          // A key that is null in a file's row is not there in an event: both are absent.
          const entries = all.flatMap(({ values }, at) => (values[row] === null ? [] : [[names[at], values[row]]]));
          const out: Violation[] = [];
          verdicts[row] = builder.add(Object.fromEntries(entries) as Record<string, unknown>, out);
          found[row] = out;
          if (verdicts[row] !== Verdict.REJECTED) kept.push(row);
        }
        const byRows = builder.finish();
        kept.forEach((row, at) => {
          verdicts[row] = byRows.verdicts[at] as number;
          found[row]?.push(...(byRows.violations.get(at) ?? []));
        });
        expect([...byColumns.verdicts]).toEqual(verdicts);
        expect(found.map((_, row) => [row, said(byColumns.violations.get(row))])).toEqual(
          found.map((list, row) => [row, said(list)]),
        );
        expect(valuesOf(selectRows(byColumns.frame, Int32Array.from(kept)))).toEqual(valuesOf(byRows.frame));
      }),
      { numRuns: 500 },
    );
  });
});

describe('coercion', () => {
  it('loses nothing: what was written comes back from the value', () => {
    fc.assert(
      fc.property(fc.double(), (number) => {
        const coerced = coerce(String(number), 'number');
        if (!Number.isFinite(number)) expect(coerced).toEqual({ kind: 'unusable', code: ViolationCode.NOT_FINITE });
        else if (coerced.kind === 'value') expect(Number(coerced.value)).toBe(Number(String(number)));
        else expect(Math.abs(number)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt(), (integer) => {
        const coerced = coerce(String(integer), 'integer');
        if (coerced.kind === 'value') expect(BigInt(coerced.value as number)).toBe(integer);
        else expect(coerced).toEqual({ kind: 'unusable', code: ViolationCode.PRECISION_LOST });
      }),
    );
  });

  it('takes any value of any type without throwing, and gives only what the type can hold', () => {
    const anything = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(anything, fc.constantFrom(...featureTypes), (raw, type) => {
        const coerced = coerce(raw, type);
        if (coerced.kind !== 'value') return;
        if (type === 'string') expect(coerced.value).toBe(raw);
        else expect(Number.isFinite(coerced.value)).toBe(true);
        if (type === 'integer' || type === 'timestamp') expect(Number.isSafeInteger(coerced.value)).toBe(true);
        if (type === 'boolean') expect([0, 1]).toContain(coerced.value);
      }),
      { numRuns: 2000 },
    );
  });

  it('an event of anything is judged, not thrown at', () => {
    const types = ['number', 'integer', 'boolean', 'string', 'timestamp'];
    const yaml = `contract: c\nunknownFields: flag\nfeatures:\n${types.map((type) => `  ${type}: { type: ${type} }`).join('\n')}\n`;
    const compiled = compileContract(parseContract(yaml, 'c.yaml'));
    const event = fc.dictionary(fc.oneof(fc.constantFrom(...types), fc.string()), fc.anything());
    fc.assert(
      fc.property(event, (given) => {
        const out: Violation[] = [];
        const builder = compiled.createBuilder(1);
        const verdict = builder.add(given, out);
        builder.finish();
        expect(out.length === 0).toBe(verdict === Verdict.VALID);
        for (const { value = '' } of out) expect(value.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 1000 },
    );
  });
});
