import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { startStoreFront } from '../../store/http-front/server.ts';
import { command, type ExitCode, printJson } from '../output.ts';
import { createLogger } from '../runtime/logger.ts';
import { onStopSignal } from '../runtime/signals.ts';
import { checkLogLevel, portOf } from './options.ts';

interface StoreCommandOptions {
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly json: boolean;
  readonly logLevel: string;
}

/** Serves the embedded engine by HTTP until a signal comes. */
async function store(options: StoreCommandOptions): Promise<ExitCode> {
  const { host, port, user, password } = options;
  checkLogLevel(options.logLevel);
  if (password === undefined && !['127.0.0.1', '::1', 'localhost'].includes(host)) {
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `without a password others could do anything by ${host}`, {
      place: '--host',
      cure: 'Give --password (or TIDEMARK_STORE_PASSWORD), or bind to 127.0.0.1',
    });
  }
  const front = await startStoreFront({
    directory: resolve(options.dir),
    host,
    port,
    login: password === undefined ? undefined : { user, password },
    logger: createLogger({ level: options.logLevel, pretty: process.stderr.isTTY }),
  });
  const stopped = onStopSignal(() => process.stderr.write('tidemark: answering what is under way, then the end\n'));
  if (options.json) printJson({ url: front.url, directory: resolve(options.dir) });
  process.stderr.write(
    `tidemark: the store answers at ${front.url} with ${resolve(options.dir)}\n` +
      'tidemark: this is for development and tests on one machine; production uses a ClickHouse server\n',
  );
  await stopped.promise;
  await front.close();
  return 0;
}

export function addStoreCommand(program: Command): void {
  program
    .command('store')
    .description('serve the embedded engine to several processes by the HTTP interface of ClickHouse')
    .option('--dir <dir>', 'directory of the data, as in store.url embedded:DIR', '.tidemark')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0: any free one', portOf, 8123)
    .option('--user <user>', 'the name that callers have to give', 'default')
    .addOption(
      new Option('--password <password>', 'the password that callers have to give; without one anybody may call').env(
        'TIDEMARK_STORE_PASSWORD',
      ),
    )
    .option('--json', 'print {"url", "directory"} once it answers', false)
    .option('--log-level <level>', 'debug, info, warn or error', 'warn')
    .action(
      command<[StoreCommandOptions]>(
        ({ json }) => json,
        (options) => store(options),
      ),
    );
}
