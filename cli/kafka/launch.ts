import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { prepareBroker } from '../../scripts/kafka/broker.ts';
import { kafkaVersion } from '../../scripts/kafka/jars.ts';
import { type Container, docker, logArguments, removeArguments, runArguments } from './docker.ts';
import { type BrokerRecord, writeRecord } from './record.ts';

const shownLines = 8;

/** A process in a session of its own: it outlives this one, and a Ctrl-C in this terminal does not reach it. */
export async function startJava(directory: string, port: number): Promise<BrokerRecord> {
  const { command, args, log } = await prepareBroker({ directory, port });
  // The log of one run, and the one before it: a broker that is started often leaves no endless file.
  if (existsSync(log)) renameSync(log, join(directory, 'broker.previous.log'));
  const output = openSync(log, 'w');
  const child = spawn(command, args, { detached: true, stdio: ['ignore', output, output] });
  // Without a listener an error of the start would end this process; that there is no pid says it as well.
  child.on('error', () => undefined);
  child.unref();
  closeSync(output);
  if (child.pid === undefined) {
    throw new TidemarkError(ErrorCode.BROKER_FAILED, 'java could not be run', { place: directory });
  }
  const record: BrokerRecord = { runner: 'java', pid: child.pid, port, version: kafkaVersion };
  writeRecord(directory, record);
  return record;
}

export function startContainer(directory: string, container: Container): BrokerRecord {
  const { name, port, version } = container;
  // One that has ended keeps its name, and its log until now; the data are in the volume.
  docker(removeArguments(name));
  const record: BrokerRecord = { runner: 'docker', container: name, port, version };
  writeRecord(directory, record);
  const { ok, text } = docker(runArguments(container));
  if (ok) return record;
  throw new TidemarkError(ErrorCode.BROKER_FAILED, `the container could not be started: ${text}`, {
    place: `docker run ${name}`,
    cure: 'Mend what Docker names; the image has to be there or to be fetched once',
  });
}

/** The end of what the broker logged, without the stacks of its exceptions. */
export function lastWords(directory: string, record: BrokerRecord): string {
  const log = join(directory, 'broker.log');
  let text = '';
  if (record.runner === 'docker') text = docker(logArguments(record.container, 100)).text;
  else if (existsSync(log)) text = readFileSync(log, 'utf8');
  return lastLines(text) || '(nothing)';
}

export function lastLines(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+(at |\.\.\. \d+ more)/.test(line))
    .map((line) => `  ${line.trim().slice(0, 300)}`);
  // A cause stands there once for each exception around it.
  return [...new Set(lines)].slice(-shownLines).join('\n');
}
