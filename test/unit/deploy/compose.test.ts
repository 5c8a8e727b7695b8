import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
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
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
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

  it('lets no container gain rights, and only the database begin with those of root', () => {
    for (const [name, { security_opt, cap_drop }] of services) {
      expect(security_opt, name).toContain('no-new-privileges:true');
      if (name !== 'clickhouse') expect(cap_drop, name).toEqual(['ALL']);
    }
  });

  it('gives what may not write to its root a place for temporary files', () => {
    const readOnly = services.filter(([, service]) => service.read_only);
    expect(readOnly.map(([name]) => name)).toEqual(expect.arrayContaining(['tidemark', 'mailpit']));
    for (const [name, { tmpfs }] of readOnly) expect(tmpfs, name).toContain('/tmp');
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');
  const ignore = read('.dockerignore').split('\n');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
    (paths as string).split(' '),
  );
  /** `CMD`, `ENTRYPOINT` and the health check as Docker runs them: lists, so that no shell stands between. */
  const listAfter = (instruction: string) =>
    JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1] ?? 'null') as string[];

  it('has every folder of the program in it, and Docker is told to see what is copied', () => {
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
    ])
      expect(dockerfile).toContain(`COPY ${folder} ./${folder}`);
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(ignore, path).toContain(`!${path}`);
    }
  });

  it('has in it whatever the program imports', () => {
    const inImage = (path: string) => copied.some((one) => path === one || path.startsWith(`${one}/`));
    const missing = copied
      .filter((path) => !path.includes('.'))
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
      )
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) =>
        [...read(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)].map(([, path]) =>
          join(dirname(file), path as string),
        ),
      )
      .filter((path) => !inImage(path));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('is built on one pinned Node, which is one the program takes', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:20\.\d+\.\d+-bookworm-slim$/);
  });

  it('runs as another user than root, without npm and shell, which would not hand SIGTERM on', () => {
    expect(dockerfile.lastIndexOf('\nUSER node\n')).toBeGreaterThan(dockerfile.lastIndexOf('\nRUN '));
    const entry = listAfter('ENTRYPOINT');
    expect(entry.slice(0, 3)).toEqual(['tini', '--', 'node']);
    expect(entry.at(-1)).toBe('/app/cli/main.ts');
    // As scripts/run.mjs starts it.
    expect(read('scripts/run.mjs')).toContain('--max-semi-space-size=32');
    expect(entry).toContain('--max-semi-space-size=32');
    expect(listAfter('CMD')[0]).toBe('up');
  });

  it('asks for its health by the node it has, and that says what the server answers', async () => {
    const script = JSON.parse(/CMD \["node", "-e", (".*")\]$/m.exec(dockerfile)?.[1] ?? '""') as string;
    let status = 200;
    const server = createServer((request, response) =>
      response.writeHead(request.url === '/healthz' ? status : 404).end(),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = async (at: number): Promise<number> => {
      const child = spawn(process.execPath, ['-e', script.replace('8787', String(at))]);
      return (await once(child, 'exit'))[0] as number;
    };
    try {
      expect(await ask(port)).toBe(0);
      status = 503;
      expect(await ask(port)).toBe(1);
    } finally {
      server.close();
      await once(server, 'close');
    }
    expect(await ask(port)).toBe(1);
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
