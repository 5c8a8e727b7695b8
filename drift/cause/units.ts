/** What is measured. `plain` is a factor that any number may get; `sign` the sign. */
export type Dimension =
  | 'length'
  | 'mass'
  | 'volume'
  | 'time'
  | 'temperature'
  | 'speed'
  | 'pressure'
  | 'energy'
  | 'power'
  | 'angle'
  | 'data'
  | 'plain'
  | 'sign';

/** Units of these are thought of only where a feature's name says so: the more factors are known, the less one of them tells. */
const onlyByName: ReadonlySet<Dimension> = new Set(['speed', 'pressure', 'energy', 'power', 'angle', 'data']);

/** A conversion that goes wrong in practice: current = factor × reference + offset. */
export interface UnitMistake {
  readonly factor: number;
  readonly offset: number;
  /** `kilometres instead of miles`. */
  readonly unit: string;
  readonly dimension: Dimension;
}

const both = (dimension: Dimension, factor: number, one: string, other: string): readonly UnitMistake[] => [
  { dimension, factor, offset: 0, unit: `${one} instead of ${other}` },
  { dimension, factor: 1 / factor, offset: 0, unit: `${other} instead of ${one}` },
];

/** Exact factors by definition (international yard and pound, 1959; NIST SP 811). */
export const unitMistakes: readonly UnitMistake[] = [
  ...both('length', 1.609344, 'kilometres', 'miles'),
  ...both('length', 1.852, 'kilometres', 'nautical miles'),
  ...both('length', 1 / 0.3048, 'feet', 'metres'),
  ...both('length', 2.54, 'centimetres', 'inches'),
  ...both('length', 25.4, 'millimetres', 'inches'),
  ...both('mass', 1 / 0.45359237, 'pounds', 'kilograms'),
  ...both('volume', 3.785411784, 'litres', 'US gallons'),
  ...both('plain', 1000, 'thousandths', 'whole units'),
  ...both('plain', 1e6, 'millionths', 'whole units'),
  ...both('plain', 100, 'hundredths', 'whole units'),
  { dimension: 'time', factor: 60, offset: 0, unit: 'a unit sixty times smaller, such as seconds instead of minutes' },
  {
    dimension: 'time',
    factor: 1 / 60,
    offset: 0,
    unit: 'a unit sixty times larger, such as minutes instead of seconds',
  },
  ...both('time', 3600, 'seconds', 'hours'),
  ...both('speed', 1.609344, 'kilometres an hour', 'miles an hour'),
  ...both('speed', 1.852, 'kilometres an hour', 'knots'),
  ...both('speed', 3.6, 'kilometres an hour', 'metres a second'),
  ...both('speed', 1 / 0.44704, 'miles an hour', 'metres a second'),
  ...both('speed', 3600 / 1852, 'knots', 'metres a second'),
  ...both('pressure', 6.894757293168, 'kilopascals', 'pounds per square inch'),
  ...both('pressure', 100 / 6.894757293168, 'pounds per square inch', 'bar'),
  ...both('pressure', 1.33322387415, 'hectopascals', 'millimetres of mercury'),
  ...both('pressure', 33.863886, 'hectopascals', 'inches of mercury'),
  ...both('energy', 4.184, 'joules', 'calories'),
  ...both('energy', 3.6, 'megajoules', 'kilowatt hours'),
  ...both('power', 1 / 0.7456998715822702, 'horsepower', 'kilowatts'),
  ...both('angle', 180 / Math.PI, 'degrees', 'radians'),
  ...both('data', 8, 'bits', 'bytes'),
  { dimension: 'temperature', factor: 1.8, offset: 32, unit: 'Fahrenheit instead of Celsius' },
  { dimension: 'temperature', factor: 1 / 1.8, offset: -32 / 1.8, unit: 'Celsius instead of Fahrenheit' },
  { dimension: 'temperature', factor: 1, offset: 273.15, unit: 'kelvin instead of Celsius' },
  { dimension: 'sign', factor: -1, offset: 0, unit: 'the sign turned round' },
];

/** Words in names of features, and the dimensions that such a feature can have beside `plain` and `sign`. */
const dimensionsOfWords: readonly (readonly [words: readonly string[], dimensions: readonly Dimension[]])[] = [
  [
    [
      'amount',
      'price',
      'cost',
      'fee',
      'fare',
      'tip',
      'revenue',
      'income',
      'salary',
      'balance',
      'budget',
      'tax',
      'payment',
      'paid',
      'money',
    ],
    [],
  ],
  [
    [
      'count',
      'quantity',
      'num',
      'number',
      'items',
      'visits',
      'clicks',
      'votes',
      'rank',
      'score',
      'probability',
      'ratio',
      'rating',
      'prediction',
    ],
    [],
  ],
  [
    [
      'distance',
      'length',
      'height',
      'width',
      'depth',
      'altitude',
      'elevation',
      'radius',
      'miles',
      'km',
      'feet',
      'range',
    ],
    ['length'],
  ],
  [['weight', 'mass', 'load'], ['mass']],
  [
    ['volume', 'fuel', 'capacity'],
    ['volume', 'length'],
  ],
  [['speed', 'velocity', 'wind', 'gust'], ['speed']],
  [['pressure', 'barometer', 'psi', 'bar'], ['pressure']],
  [['energy', 'kwh', 'calorie'], ['energy']],
  [['power', 'watt', 'kw', 'horsepower'], ['power']],
  [
    ['angle', 'heading', 'bearing', 'azimuth', 'pitch', 'roll', 'yaw', 'latitude', 'longitude', 'lat', 'lon'],
    ['angle'],
  ],
  [['byte', 'memory', 'bandwidth'], ['data']],
  [['temp', 'temperature', 'celsius', 'fahrenheit', 'dewpoint'], ['temperature']],
  [['duration', 'delay', 'lag', 'seconds', 'minutes', 'hours', 'elapsed', 'latency', 'age', 'uptime'], ['time']],
];

/** Whether a feature with these dimensions (undefined: its name says none) may be in units of this one. */
export function mayMeasure(dimensions: readonly Dimension[] | undefined, dimension: Dimension): boolean {
  return dimensions?.includes(dimension) ?? !onlyByName.has(dimension);
}

/** What a feature can be measured in, by its name; undefined where the name says nothing. `order_amount` is an amount. */
export function dimensionsOf(feature: string): readonly Dimension[] | undefined {
  const words = feature
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  // The last word is what a name is about: `distance_count` counts.
  for (const word of words.reverse()) {
    const known = dimensionsOfWords.find(([names]) => names.some((name) => word === name || word === `${name}s`));
    if (known !== undefined) return [...known[1], 'plain', 'sign'];
  }
  return undefined;
}
