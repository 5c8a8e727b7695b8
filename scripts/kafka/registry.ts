import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { freePort } from './broker.ts';
import { type Availability, kafkaAvailable } from './jars.ts';
import { fetchByMaven } from './maven.ts';

export interface RegistryOptions {
  /** Database and log of the registry; one that was used before is opened again with all its schemas. */
  readonly directory: string;
  /** On 127.0.0.1; default: any free one. */
  readonly port?: number;
}

export interface Registry {
  /** The address of Confluent's API, version 7. */
  readonly url: string;
  readonly port: number;
  /** Shuts down in order: what is registered stays in the directory. */
  stop(): Promise<void>;
}

const version = '2.6.13.Final';
const cache = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache', `apicurio-${version}`);
const jar = join(cache, `apicurio-registry-app-${version}-runner.jar`);
const startLimitMs = 180_000;

/** Whether a registry can be started here. */
export function registryAvailable(): Availability {
  const java = kafkaAvailable();
  if (!java.available || existsSync(cache) || spawnSync('mvn', ['-v']).status === 0) return java;
  return { available: false, why: 'mvn (Maven) is not installed, and the schema registry was not fetched before' };
}

/**
 * A real schema registry (Apicurio Registry, which speaks Confluent's API) for tests and trials; the first time it is fetched by
 * Maven (142 MB). It listens on 127.0.0.1 only and ends with this process.
 * @throws TidemarkError TOOL_MISSING where Java or Maven are absent or it does not come up
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { directory } = options;
  const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`;
  fetchByMaven({
    directory: cache,
    what: 'the schema registry',
    goals: (into) => [
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack',
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${into}`,
    ],
  });
  mkdirSync(directory, { recursive: true });
  const port = options.port ?? (await freePort());
  const settings = [`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1'];
  const log = join(directory, 'registry.log');
  const output = openSync(log, 'a');
  const child = spawn('java', ['-Xmx384m', ...settings, '-jar', jar], {
    stdio: ['ignore', output, output],
    env: { ...process.env, REGISTRY_DATASOURCE_URL: `jdbc:h2:file:${join(directory, 'registry')}` },
  });
  closeSync(output);
  const exited = once(child, 'exit');
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const origin = `http://127.0.0.1:${port}`;
  const deadlineMs = Date.now() + startLimitMs;
  while (!(await isReady(`${origin}/health/ready`))) {
    if (child.exitCode !== null || Date.now() > deadlineMs) {
      endWithUs();
      throw new TidemarkError(ErrorCode.TOOL_MISSING, 'the schema registry did not come up', {
        place: directory,
        cure: `Its output is in ${log}.`,
      });
    }
    await delay(100);
  }
  return {
    url: `${origin}/apis/ccompat/v7`,
    port,
    async stop() {
      process.off('exit', endWithUs);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
