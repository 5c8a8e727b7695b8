import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadPipeline } from '../../../config/load.ts';
import { boardJson, buildBoards } from '../../../dashboards/grafana/boards.ts';
import { datasource, target } from '../../../dashboards/grafana/datasource.ts';
import { parseContract } from '../../../validators/parse.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly healthcheck?: unknown;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
}

const compose = parse(read('docker-compose.yml')) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it.each(services)('%s: the version is pinned and the ports are for this machine only', (_name, service) => {
    expect(service.image).toMatch(/:v?\d+\.\d+/);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('says when each service that goes on is healthy', () => {
    const silent = services.filter(([, { restart, healthcheck, build }]) => restart !== 'no' && !healthcheck && !build);
    expect(silent.map(([name]) => name)).toEqual([]);
    expect(read('Dockerfile')).toMatch(/^HEALTHCHECK /m);
  });

  it('waits for health or completion, never only for a start', () => {
    for (const [name, { depends_on = {} }] of services)
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const ends = compose.services[other]?.restart === 'no';
        expect(condition, `${name} on ${other}`).toBe(ends ? 'service_completed_successfully' : 'service_healthy');
      }
  });

  it('mounts what exists', () => {
    for (const [name, { volumes = [] }] of services)
      for (const volume of volumes) {
        const from = volume.split(':')[0] as string;
        if (from.startsWith('.')) expect(existsSync(join(root, from)), `${name}: ${from}`).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
  });

  it('copies every folder of the program into the image, and tells Docker to see them', () => {
    const ignore = read('.dockerignore');
    for (const folder of [
      'common',
      'config',
      'validators',
      'drift',
      'consumers',
      'serving',
      'store',
      'actions',
      'dashboards',
      'cli',
    ]) {
      expect(read('Dockerfile')).toContain(`COPY ${folder} ./${folder}`);
      expect(ignore).toContain(`!${folder}`);
    }
  });
});

describe('the boards in deploy/', () => {
  it('are the ones this program makes: run `tidemark dashboards --out deploy/grafana/dashboards`', () => {
    const made = [...buildBoards()].map(([file, board]) => [file, boardJson(board)]);
    const there = readdirSync(join(root, 'deploy/grafana/dashboards')).map((file) => [
      file,
      read(`deploy/grafana/dashboards/${file}`),
    ]);
    expect(new Map(there as [string, string][])).toEqual(new Map(made as [string, string][]));
  });

  it('find their data source, by the plugin they were written for', () => {
    const provisioned = parse(read('deploy/grafana/provisioning/datasources/clickhouse.yaml')) as {
      readonly datasources: readonly { readonly uid: string; readonly type: string }[];
    };
    expect(provisioned.datasources).toEqual([expect.objectContaining(datasource)]);
    const { pluginVersion } = target('table', 'SELECT 1', 'A');
    expect(compose.services['grafana']?.environment?.['GF_PLUGINS_PREINSTALL_SYNC']).toBe(
      `${datasource.type}@${pluginVersion}`,
    );
  });
});

describe('examples/compose', () => {
  it('is a pipeline for the topic and the names of the containers, with a contract and a reference', async () => {
    const given = Object.entries(compose.services['tidemark']?.environment ?? {}).map(([name, value]) => [
      name,
      String(value),
    ]);
    const { config, directory } = await loadPipeline(
      join(root, 'examples/compose/pipeline.yaml'),
      Object.fromEntries(given) as Record<string, string>,
    );
    expect(config.source.kafka).toMatchObject({ brokers: ['kafka:19092'], topic: 'orders' });
    expect(read('docker-compose.yml')).toMatch(/--topic\n\s+- orders\n/);
    expect(config.server).toEqual({ host: '0.0.0.0', port: 8787 });
    expect(config.store.url).toContain('@clickhouse:8123');
    expect(config.alerts[0]?.mail?.url).toBe('smtp://mailpit:1025');
    const contract = parseContract(readFileSync(join(directory, config.contract), 'utf8'), config.contract);
    const [header = ''] = readFileSync(join(directory, config.reference ?? ''), 'utf8').split('\n');
    expect(header.split(',')).toEqual(expect.arrayContaining(contract.features.map(({ name }) => name)));
  });
});
