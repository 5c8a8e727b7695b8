import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyStore, startFlights } from '../test/support/flights-process.ts';
import { benchFlights } from './flights.ts';
import { type Scenario, thousands } from './scenario.ts';

const pipeline = fileURLToPath(new URL('../examples/flights/pipeline.yaml', import.meta.url));

export const file: Scenario = {
  name: 'file',
  description:
    'The flights example, `npm start -- --once --json`: two and a half million events and as many labels from files through the whole loop with decisions after every flush, incidents, and retraining runs, which are waited for. The rate is that of the whole run without preparing the lines and training the first model.',
  async run(directory, say) {
    const { data, models } = await benchFlights(directory, say);
    const store = join(directory, 'store');
    await mkdir(directory, { recursive: true });
    await rm(store, { recursive: true, force: true });
    await copyStore(models, store);
    say('reading all flights from files');
    const { summary } = await startFlights({ data, pipeline, store, once: true }).ended;
    if (summary === undefined) throw new Error('the run was killed');
    const { events, seconds, eventsPerSecond, rssMb } = summary;
    return {
      figures: [
        { name: 'events', value: thousands(events.read) },
        { name: 'the whole run', value: `${seconds} s` },
        { name: 'rate', value: `${thousands(eventsPerSecond)} events/s` },
        { name: 'largest memory', value: `${thousands(rssMb)} MB` },
      ],
      checks: [
        {
          name: 'read = valid + coerced + flagged + rejected',
          holds: events.read === events.valid + events.coerced + events.flagged + events.rejected,
        },
        { name: 'every rejected message is a dead letter', holds: events.rejected === events.deadLettered },
      ],
    };
  },
};
