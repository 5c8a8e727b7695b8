import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { filesIn } from '../examples/flights/prepare.ts';
import { makeModelStore, prepareFlights } from '../test/support/flights-process.ts';

export interface BenchFlights {
  readonly data: string;
  readonly events: string;
  /** A store that holds the first model; runs begin with a copy. */
  readonly models: string;
}

/** The flights of all five months and a first model, made once and shared by the scenarios. */
export async function benchFlights(directory: string, say: (text: string) => void): Promise<BenchFlights> {
  const shared = join(dirname(directory), 'flights');
  const data = join(shared, 'data');
  const models = join(shared, 'model-store');
  await mkdir(shared, { recursive: true });
  if (!existsSync(filesIn(data).injected)) {
    say('making the lines of the flights (once)');
    prepareFlights(data);
  }
  if (!existsSync(models)) {
    say('training the first model (once)');
    await makeModelStore(shared, data);
  }
  return { data, events: filesIn(data).events, models };
}
