/** A conversion that goes wrong in practice: current = factor × reference + offset. */
export interface UnitMistake {
  readonly factor: number;
  readonly offset: number;
  /** `kilometres instead of miles`. */
  readonly unit: string;
}

const both = (factor: number, one: string, other: string): readonly UnitMistake[] => [
  { factor, offset: 0, unit: `${one} instead of ${other}` },
  { factor: 1 / factor, offset: 0, unit: `${other} instead of ${one}` },
];

/** Exact factors by definition (international yard and pound, 1959; NIST SP 811). */
export const unitMistakes: readonly UnitMistake[] = [
  ...both(1.609344, 'kilometres', 'miles'),
  ...both(1.852, 'kilometres', 'nautical miles'),
  ...both(1 / 0.3048, 'feet', 'metres'),
  ...both(2.54, 'centimetres', 'inches'),
  ...both(25.4, 'millimetres', 'inches'),
  ...both(1 / 0.45359237, 'pounds', 'kilograms'),
  ...both(3.785411784, 'litres', 'US gallons'),
  ...both(1000, 'thousandths', 'whole units'),
  ...both(1e6, 'millionths', 'whole units'),
  ...both(100, 'hundredths', 'whole units'),
  { factor: 60, offset: 0, unit: 'a unit sixty times smaller, such as seconds instead of minutes' },
  { factor: 1 / 60, offset: 0, unit: 'a unit sixty times larger, such as minutes instead of seconds' },
  ...both(3600, 'seconds', 'hours'),
  { factor: 1.8, offset: 32, unit: 'Fahrenheit instead of Celsius' },
  { factor: 1 / 1.8, offset: -32 / 1.8, unit: 'Celsius instead of Fahrenheit' },
  { factor: 1, offset: 273.15, unit: 'kelvin instead of Celsius' },
  { factor: -1, offset: 0, unit: 'the sign turned round' },
];
