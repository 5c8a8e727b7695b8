import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isPresent, valueAt } from '../common/columns.ts';
import { columnOf } from '../common/feature.ts';
import { type Family, shuffledFamily } from '../drift/evaluate/family.ts';
import { readFrame } from '../store/read-file.ts';

interface Data {
  readonly values: Float64Array;
  readonly categories?: readonly string[];
}

/** Twenty columns of vega-datasets: heavy tails, zeros, few distinct values, many categories. */
const wanted: readonly { readonly file: string; readonly columns: readonly string[] }[] = [
  { file: 'flights-3m.parquet', columns: ['delay', 'distance', 'origin', 'destination'] },
  {
    file: 'movies.json',
    columns: [
      'IMDB Rating',
      'IMDB Votes',
      'US Gross',
      'Production Budget',
      'Running Time min',
      'Major Genre',
      'MPAA Rating',
    ],
  },
  { file: 'weather.csv', columns: ['temp_max', 'temp_min', 'wind', 'precipitation', 'weather'] },
  { file: 'birdstrikes.csv', columns: ['Speed IAS in knots', 'Origin State', 'Phase of flight', 'Wildlife Size'] },
];

/** Each column's values, drawn at random: 20 features of real shape in which nothing changes. */
export async function realFeatures(): Promise<Family[]> {
  const families: Family[] = [];
  for (const { file, columns } of wanted) {
    const path = fileURLToPath(new URL(`../node_modules/vega-datasets/data/${file}`, import.meta.url));
    const valuesOf = file.endsWith('.json') ? await jsonColumns(path) : await frameColumns(path);
    for (const name of columns) {
      const values = valuesOf(name);
      const numbers = values.filter((value) => typeof value === 'number');
      const texts = values.filter((value) => typeof value === 'string');
      if (numbers.length + texts.length === 0) throw new Error(`${file} has no column ${name}`);
      const data = numbers.length > 0 ? { values: Float64Array.from(numbers) } : byFrequency(texts);
      families.push(shuffledFamily(name, `${name} of ${file}`, data));
    }
  }
  return families;
}

type Columns = (name: string) => readonly unknown[];

async function frameColumns(path: string): Promise<Columns> {
  const frame = await readFrame(path);
  return (name) => {
    const column = columnOf(frame, name);
    if (column === undefined) return [];
    const rows = Array.from({ length: frame.rows }, (_, row) => row).filter((row) => isPresent(column.validity, row));
    return rows.map((row) => valueAt(column, row));
  };
}

/** An array of objects; what is absent is null in it. */
async function jsonColumns(path: string): Promise<Columns> {
  const rows = JSON.parse(await readFile(path, 'utf8')) as readonly Readonly<Record<string, unknown>>[];
  return (name) => rows.map((row) => row[name] ?? null);
}

/** The families of the benchmark by the names its cases know. */
export function flightFamilies(features: readonly Family[]): Family[] {
  const named = (column: string, name: string, description: string): Family => {
    const found = features.find((one) => one.name === column);
    if (found === undefined) throw new Error(`there is no column ${column}`);
    return { ...found, name, description };
  };
  return [
    named('delay', 'flight delays', 'delays of US flights in minutes, drawn at random'),
    named('distance', 'flight distances', 'distances of US flights in miles, drawn at random'),
    named('origin', 'airports', 'where US flights start, 229 airports, drawn at random'),
  ];
}

function byFrequency(texts: readonly string[]): Data {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const categories = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([text]) => text);
  const codeOf = new Map(categories.map((text, code) => [text, code]));
  return { values: Float64Array.from(texts, (text) => codeOf.get(text) as number), categories };
}
