import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchByMaven } from './maven.ts';

const here = dirname(fileURLToPath(import.meta.url));
/** As pom.xml and docker-compose.yml have it. */
export const kafkaVersion = '4.1.0';
const pom = join(here, 'pom.xml');
const pomDigest = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8);
/** Of these jars and no others: a change of pom.xml fetches anew. */
const directory = join(here, '../../node_modules/.cache', `kafka-${kafkaVersion}-${pomDigest}`);

export type Availability = { readonly available: true } | { readonly available: false; readonly why: string };

/** Whether a broker can be started here: Java 17 or newer, and Maven unless the jars were fetched before. */
export function kafkaAvailable(): Availability {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.status !== 0) return { available: false, why: 'java is not installed (Java 17 or newer is needed)' };
  const major = Number(/version "(\d+)/.exec(java.stderr)?.[1] ?? 0);
  if (major < 17) return { available: false, why: `java is version ${major}; 17 or newer is needed` };
  if (!existsSync(directory) && spawnSync('mvn', ['-v']).status !== 0)
    return { available: false, why: 'mvn (Maven) is not installed, and the jars of Kafka were not fetched before' };
  return { available: true };
}

/** Whether the jars are there already, so that starting needs neither Maven nor a network. */
export function kafkaFetched(): boolean {
  return existsSync(directory);
}

/** The class path of a Kafka broker; fetches the jars with Maven the first time (54 MB). Throws TOOL_MISSING. */
export function kafkaClassPath(): string {
  fetchByMaven({
    directory,
    what: 'the jars of Apache Kafka',
    goals: (into) => ['-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${into}`],
  });
  return join(directory, '*');
}
