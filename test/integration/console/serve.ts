/** Serves the console over a made-up stream: `npx tsx test/integration/console/serve.ts [port] [events]`. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLiveFeed } from '../../../common/live.ts';
import { silentLogger, systemClock } from '../../../common/ports.ts';
import { buildConsole } from '../../../dashboards/web/build.ts';
import { createServer } from '../../../serving/http/server.ts';
import { openStore } from '../../../store/client.ts';
import { migrate } from '../../../store/migrations.ts';
import { createReadModel } from '../../../store/read-model.ts';
import { judgingOver } from '../serving/harness.ts';
import { fillConsole } from './fixture.ts';
import { demoSources } from './sources.ts';

const [port = '8787', events = '2500000'] = process.argv.slice(2);
const store = await openStore({
  url: 'embedded:store',
  database: 'flights',
  workingDirectory: mkdtempSync(join(tmpdir(), 'tidemark-console-')),
});
await migrate(store);
if (events !== '0') await fillConsole(store, { events: Number(events) });
const refuse = async (): Promise<void> => {
  throw new Error('this is a demonstration without a monitor');
};
const server = createServer({
  pipeline: 'flights',
  host: '127.0.0.1',
  port: Number(port),
  console: await buildConsole(),
  readModel: createReadModel((sql, params) => store.query(sql, params), store.database),
  intakes: new Map(),
  intakeSources: demoSources,
  metrics: { text: async () => '' },
  actions: { acknowledge: refuse, snooze: refuse, close: refuse, promote: refuse, rollback: refuse },
  judging: judgingOver(store),
  live: createLiveFeed(),
  logger: silentLogger,
  clock: systemClock,
});
process.stdout.write(`${(await server.start()).url}\n`);
