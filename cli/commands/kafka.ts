import type { Command } from 'commander';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { type BrokerStatus, down, status, up } from '../kafka/dev-broker.ts';
import { parseTopic } from '../kafka/topics.ts';
import { command, type ExitCode, printJson, printText, table } from '../output.ts';

interface DirectoryOptions {
  readonly dir: string;
  readonly json: boolean;
}

interface UpOptions extends DirectoryOptions {
  readonly port?: string;
  readonly topic: readonly string[];
}

const notRunning: ExitCode = 3;

/** Throws CONFIG_INVALID. */
export function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new TidemarkError(ErrorCode.CONFIG_INVALID, `${text} is no port`, {
    place: '--port',
    cure: 'Write a number from 1 to 65535, or 0 for any free one',
  });
}

async function startBroker({ dir, port: portText, topic, json }: UpOptions): Promise<ExitCode> {
  const port = parsePort(portText);
  const result = await up({
    directory: dir,
    ...(port === undefined ? {} : { port }),
    topics: topic.map(parseTopic),
    say: (text) => void process.stderr.write(`tidemark: ${text}\n`),
  });
  if (json) printJson(result);
  else {
    const { version, started, brokers, runner, directory } = result;
    printText(`Kafka ${version} is up${started ? '' : ' already'} at ${brokers} (${runner}, data in ${directory})`);
  }
  return 0;
}

async function stopBroker({
  dir,
  delete: withData,
  json,
}: DirectoryOptions & { readonly delete: boolean }): Promise<ExitCode> {
  const stopped = await down({ directory: dir, delete: withData });
  if (json) printJson({ stopped, deleted: withData });
  else printText(`${stopped ? 'stopped' : 'it was not running'}${withData ? '; its data are deleted' : ''}`);
  return 0;
}

async function showStatus({ dir, json }: DirectoryOptions): Promise<ExitCode> {
  const found = await status({ directory: dir });
  if (json) printJson(found);
  else printText(statusText(found));
  return found.state === 'running' ? 0 : notRunning;
}

export function statusText(found: BrokerStatus): string {
  if (found.state === 'stopped') return `stopped (data in ${found.directory})`;
  const where = `${found.brokers} (Kafka ${found.version}, ${found.runner}, data in ${found.directory})`;
  if (found.state === 'silent') return `does not answer at ${where}`;
  const rows = found.topics.map(({ name, partitions, messages }) => [
    name,
    String(partitions),
    messages.toLocaleString('en-US'),
  ]);
  const topics = rows.length === 0 ? 'no topics' : table([['topic', 'partitions', 'messages'], ...rows]);
  return `running at ${where}\n${topics}`;
}

export function addKafkaCommand(program: Command): void {
  const kafka = program
    .command('kafka')
    .description('a Kafka broker of one node on this machine, for development and tests');
  const add = (name: string, description: string) =>
    kafka
      .command(name)
      .description(description)
      .option('--dir <directory>', 'where its data, its log and its process number are kept', '.tidemark/kafka')
      .option('--json', 'print JSON', false);
  add('up', 'start it in the background, or say that it is up')
    .option('--port <number>', 'on 127.0.0.1; 0: any free one (default: the one of last time, else 9092)')
    .option('--topic <name:partitions...>', 'topics to make where they are missing', [])
    .action(command<[UpOptions]>(({ json }) => json, startBroker));
  add('down', 'stop it in order; its data stay')
    .option('--delete', 'delete its data too', false)
    .action(command<[DirectoryOptions & { readonly delete: boolean }]>(({ json }) => json, stopBroker));
  add('status', 'say whether it runs, where, and what its topics hold; exit code 3 where it does not').action(
    command<[DirectoryOptions]>(({ json }) => json, showStatus),
  );
}
