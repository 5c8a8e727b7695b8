import { describe, expect, it } from 'vitest';
import { ErrorCode, TidemarkError } from '../../../common/error.ts';
import { contractToYaml, parseContract } from '../../../validators/parse.ts';

const full = `contract: flights
version: 3
description: departures in the US
unknownFields: flag
features:
  origin: { type: string, path: /from/airport, required: true, domain: { values: [ATL, "010"], otherwise: reject } }
  destination: { type: string, minLength: 3, maxLength: 3, pattern: "^[A-Z0-9]+$", otherwise: reject }
  distance: { type: number, required: true, onMissing: flag, onTypeMismatch: flag, min: 0, max: 5000 }
  stops: { type: integer, domain: { values: [0, 1, 2] } }
  late: { type: boolean, description: by 15 minutes }
  scheduled: { type: timestamp, required: true }
  hour: { type: integer, required: true, derive: { hourOf: scheduled } }
rules:
  - { name: not-a-circle, require: "origin != destination", otherwise: reject }
  - { name: known, require: stops is not missing or late }
`;

function errorOf(text: string): string {
  try {
    parseContract(text, 'c.yaml');
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    expect(error.code).toBe(ErrorCode.CONTRACT_INVALID);
    return error.toText();
  }
  throw new Error('nothing was wrong');
}

const withFeatures = (lines: string, rest = '') =>
  errorOf(
    `contract: c\nfeatures:\n${lines
      .split('\n')
      .map((line) => `  ${line}\n`)
      .join('')}${rest}`,
  );

describe('parseContract', () => {
  it('reads every key', () => {
    const contract = parseContract(full, 'c.yaml');
    expect(contract).toMatchObject({ name: 'flights', version: 3, unknownFields: 'flag' });
    expect(contract.features.map(({ name }) => name)).toEqual([
      'origin',
      'destination',
      'distance',
      'stops',
      'late',
      'scheduled',
      'hour',
    ]);
    expect(contract.features[0]).toEqual({
      name: 'origin',
      type: 'string',
      path: '/from/airport',
      required: true,
      onTypeMismatch: 'reject',
      otherwise: 'flag',
      domain: { values: ['ATL', '010'], otherwise: 'reject' },
    });
    expect(contract.features.at(-1)?.derive).toEqual({ kind: 'hourOf', from: 'scheduled' });
    expect(contract.rules[1]).toEqual({ name: 'known', require: 'stops is not missing or late', otherwise: 'flag' });
  });

  it('comes back the same from the file it writes, with notes above the features', () => {
    const contract = parseContract(full, 'c.yaml');
    const text = contractToYaml(contract, new Map([['origin', ['in all rows', 'two\nlines']]]));
    expect(text).toContain(
      '  # in all rows\n  # two lines\n  origin: { type: string, path: /from/airport, required: true',
    );
    expect(parseContract(text, 'c.yaml')).toEqual(contract);
  });

  it('fills the lines of a long domain', () => {
    const values = Array.from({ length: 300 }, (_, at) =>
      at % 50 === 0 ? `a long, "quoted": text ${at} `.repeat(8) : `V${at}`,
    );
    for (const domain of [values, values.filter((value) => value.startsWith('V'))]) {
      const feature = { name: 'x', type: 'string' as const, path: '/x', required: true };
      const contract = parseContract(full, 'c.yaml');
      const limits = {
        onTypeMismatch: 'reject',
        otherwise: 'flag',
        domain: { values: domain, otherwise: 'flag' },
      } as const;
      const long = { ...contract, rules: [], features: [{ ...feature, ...limits }] };
      const text = contractToYaml(long);
      expect(parseContract(text, 'c.yaml')).toEqual(long);
      if (domain !== values) expect(text.split('\n').length).toBeLessThan(40);
    }
  });

  it('names all problems of the form at once, with lines', () => {
    const text = withFeatures('a: { typ: string }\nb: { type: text, min: low }', 'rule: []\n');
    expect(text).toContain('c.yaml:3:6: features.a.type: the key is missing; expected one of "number"');
    expect(text).toContain('c.yaml:3:8: features.a.typ: there is no such key; did you mean type?');
    expect(text).toContain('c.yaml:4:14: features.b.type: expected one of "number", "integer", "boolean"');
    expect(text).toContain('c.yaml:4:25: features.b.min: expected number, found string');
    expect(text).toContain('c.yaml:5:1: rule: there is no such key; did you mean rules?');
  });

  it.each([
    ['a: { type: number, min: 5, max: 1 }', '3:27: features.a.min: min 5 is greater than max 1: no value could fit'],
    ['a: { type: integer, min: 0.2, max: 0.8 }', 'there is no integer from 0.2 to 0.8'],
    ['a: { type: string, min: 5 }', 'a range is for numbers; this is string'],
    ['a: { type: timestamp, max: 5 }', 'a range is for numbers; this is timestamp'],
    ['a: { type: number, pattern: x }', 'length and pattern are for texts; this is number'],
    ['a: { type: string, minLength: 5, maxLength: 4 }', 'minLength 5 is greater than maxLength 4'],
    ['a: { type: string, maxLength: 0 }', 'no text could fit'],
    ['a: { type: string, pattern: "(" }', 'features.a.pattern: Invalid regular expression'],
    ['a: { type: string, pattern: "(a+)+" }', 'can take exponential time'],
    ['a: { type: string, domain: { values: [] } }', 'the domain is empty'],
    ['a: { type: string, domain: { values: [x, y, x] } }', '3:47: features.a.domain.values[2]: x stands twice'],
    [
      'a: { type: string, domain: { values: [010, x] } }',
      '3:41: features.a.domain.values[0]: expected a text; write "10"',
    ],
    ['a: { type: string, domain: { values: [""] } }', 'the empty text is absence'],
    ['a: { type: string, maxLength: 2, domain: { values: [abc] } }', 'abc is outside minLength and maxLength'],
    ['a: { type: string, pattern: ^x, domain: { values: [abc] } }', 'abc does not match the pattern'],
    ['a: { type: number, domain: { values: ["1"] } }', 'expected a number, found 1'],
    ['a: { type: number, max: 5, domain: { values: [6] } }', '6 is outside min and max'],
    ['a: { type: integer, domain: { values: [1.5] } }', '1.5 is no integer'],
    ['a: { type: boolean, domain: { values: [true] } }', 'a boolean has no domain'],
    [
      'a: { type: integer, derive: { hourOf: tme } }\ntime: { type: timestamp }',
      'there is no feature tme; did you mean time?',
    ],
    ['a: { type: integer, derive: { hourOf: b } }\nb: { type: string }', 'b is string; hourOf is of a timestamp'],
    ['a: { type: string, derive: { hourOf: b } }\nb: { type: timestamp }', 'hourOf gives an integer'],
    ['a: { type: integer, required: true, derive: { hourOf: b } }\nb: { type: timestamp }', 'b may be absent'],
    [
      'a: { type: integer, path: /x, derive: { hourOf: b } }\nb: { type: timestamp }',
      'a derived feature reads nothing',
    ],
    ['a: { type: integer, derive: { hourOf: b, weekdayOf: b } }\nb: { type: timestamp }', 'expected one of hourOf'],
    ['a: { type: integer, derive: { minuteOf: b } }\nb: { type: timestamp }', 'minuteOf: there is no such key'],
    ['a: { type: number }\nb: { type: string, path: /a }', 'a stands for /a already'],
    ['a-b: { type: number }\na_b: { type: number }', 'the feature a-b has the same column name f_a_b'],
    ['a: { type: number, onMissing: flag }', 'only a required value can be missing'],
    ['a: { type: number, path: user }', 'expected a JSON pointer'],
    ['"a b": { type: number }', '3:3: features.a b: expected letters, digits'],
    ['__proto__: { type: number }', '3:3: __proto__ cannot be a key'],
    ['a: { type: number }\na: { type: string }', '4:3: the key stands twice'],
  ])('refuses %s', (lines, expected) => {
    expect(withFeatures(lines)).toContain(expected);
  });

  it.each([
    ['b > 5', '5:25: rules[0].require: there is no feature b; a text stands in quotes at character 1'],
    ['a > 5', 'a text cannot be compared with a number by > at character 3'],
    ['a', 'expected a comparison at character 1'],
  ])('refuses the rule %s', (rule, expected) => {
    expect(withFeatures('a: { type: string }', `rules:\n  - { name: r, require: "${rule}" }\n`)).toContain(expected);
  });

  it('refuses rules of one name, and a contract of no features', () => {
    const rules = 'rules:\n  - { name: r, require: "a > 1" }\n  - { name: r, require: "a > 2" }\n';
    expect(withFeatures('a: { type: number }', rules)).toContain('rules[1].name: a rule r stands above');
    expect(errorOf('contract: c\nfeatures: {}\n')).toContain('expected at least one feature');
    expect(errorOf('')).toContain('c.yaml:1:1: the file is empty');
  });
});
