import { createRandom, type Random } from '../../common/random.ts';

/** Where time stands in the benchmark: events come evenly, 120 an hour, and slices have ten of them. */
export const hourMs = 3_600_000;
export const eventsPerHour = 120;
export const sliceMs = 300_000;
export const hoursPerWeek = 168;
export const eventsPerWeek = eventsPerHour * hoursPerWeek;

/** A kind of stream in which nothing changes. */
export interface Family {
  readonly name: string;
  /** For people. */
  readonly description: string;
  /** Names of the categories, most frequent first, where values are their indices; absent for numbers. */
  readonly categories?: readonly string[];
  /** Values from the start of a week on, `eventsPerHour` an hour; one seed, one stream. */
  values(seed: number, hours: number): Float64Array;
}

export interface NormalFamilyOptions {
  readonly name: string;
  readonly description: string;
  /** Standard deviation of the weekly season, of a level that moves from hour to hour (autocorrelation 0.8). */
  readonly season: number;
  readonly level: number;
  /** Correlation of an event with the one before. */
  readonly correlation: number;
  /** Where in the season the week begins, in [0, 1); 0. The same in every stream of a family. */
  readonly phase?: number;
}

/** Normal values of variance 1 around a season and a level. */
export function normalFamily(options: NormalFamilyOptions): Family {
  const { name, description, correlation } = options;
  return {
    name,
    description,
    values: (seed, hours) => {
      const random = createRandom(seed);
      const values = new Float64Array(hours * eventsPerHour);
      let level = random.normal();
      let noise = random.normal();
      for (let hour = 0; hour < hours; hour++) {
        level = 0.8 * level + 0.6 * random.normal();
        const season = Math.SQRT2 * Math.sin(2 * Math.PI * (hour / hoursPerWeek + (options.phase ?? 0)));
        const mean = options.season * season + options.level * level;
        for (let at = 0; at < eventsPerHour; at++) {
          noise = correlation * noise + Math.sqrt(1 - correlation * correlation) * random.normal();
          values[hour * eventsPerHour + at] = mean + noise;
        }
      }
      return values;
    },
  };
}

/** Products of two independent standard normals: what a pair of features gives that is watched for correlation. */
export const productFamily: Family = {
  name: 'product',
  description: 'the product of two independent standardised features, watched for their correlation',
  values: (seed, hours) => {
    const random = createRandom(seed);
    return Float64Array.from({ length: hours * eventsPerHour }, () => random.normal() * random.normal());
  },
};

/** Independent categories with shares falling by `fall` from one to the next. */
export function categoryFamily(name: string, count: number, fall: number): Family {
  const weights = Array.from({ length: count }, (_, at) => fall ** at);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const below = weights.map((_, at) => weights.slice(0, at + 1).reduce((sum, weight) => sum + weight, 0) / total);
  return {
    name,
    description: `${count} categories, independent, shares falling by ${fall}`,
    categories: weights.map((_, at) => `c${at}`),
    values: (seed, hours) => {
      const random = createRandom(seed);
      return Float64Array.from({ length: hours * eventsPerHour }, () => {
        const drawn = random.next();
        return below.findIndex((share) => drawn < share || share === below.at(-1));
      });
    },
  };
}

/** Real values drawn at random, so that nothing changes: each value equally likely at any time. */
export function shuffledFamily(
  name: string,
  description: string,
  data: { readonly values: Float64Array; readonly categories?: readonly string[] },
): Family {
  const drawn = (random: Random): number => data.values[random.below(data.values.length)] as number;
  return {
    name,
    description,
    ...(data.categories === undefined ? {} : { categories: data.categories }),
    values: (seed, hours) => {
      const random = createRandom(seed);
      return Float64Array.from({ length: hours * eventsPerHour }, () => drawn(random));
    },
  };
}
