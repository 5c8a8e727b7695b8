import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;

function tidemark(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const command = ['--import', 'tsx', join(root, 'cli/main.ts'), ...args];
    const child = execFile(process.execPath, command, { cwd: root }, (_error, out, err) => {
      done({ code: child.exitCode ?? -1, out, err: err.replace(/^npm warn.*\n/gm, '') });
    });
  });
}

const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-check-'));
  const line = (row: number, origin: string, shift: number) =>
    `${row},${origin},${(row * 37) % 900},${((row * 7) % 60) + shift},2001-01-01T00:${String(row % 60).padStart(2, '0')}:00Z`;
  const csv = (rows: number, line: (row: number) => string) =>
    `id,origin,distance,delay,scheduled\n${Array.from({ length: rows }, (_, row) => line(row)).join('\n')}\n`;
  const airports = ['ATL', 'ORD', 'JFK'];
  writeFileSync(
    at('january.csv'),
    csv(2000, (row) => line(row, airports[row % 3] as string, 0)),
  );
  writeFileSync(
    at('february.csv'),
    csv(1500, (row) => line(row, airports[row % 3] as string, 0)),
  );
  writeFileSync(
    at('june.csv'),
    csv(1500, (row) => line(row, airports[(row * row) % 3] as string, 40)),
  );
  writeFileSync(
    at('broken.csv'),
    csv(1500, (row) => (row === 7 ? ',,,,' : line(row, row < 15 ? 'XXX' : 'ATL', 0))),
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('tidemark infer and check', () => {
  it('infers a contract that its file and the next one pass', async () => {
    const inferred = await tidemark('infer', at('january.csv'), '--exclude', 'id', '--out', at('c.yaml'));
    expect(inferred).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(at('c.yaml'), 'utf8')).toContain('origin: { type: string, required: true, domain:');
    for (const file of ['january.csv', 'february.csv']) {
      const checked = await tidemark('check', at(file), '--contract', at('c.yaml'), '--json', '--max-flagged', '0');
      expect(checked.code, checked.out).toBe(0);
      expect(JSON.parse(checked.out)).toMatchObject({ passed: true, violations: [], reasons: [] });
    }
  });

  it('does not write over a contract', async () => {
    writeFileSync(at('mine.yaml'), 'mine');
    const again = await tidemark('infer', at('january.csv'), '--out', at('mine.yaml'));
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toContain('the file is there already');
    expect(readFileSync(at('mine.yaml'), 'utf8')).toBe('mine');
  });

  it('ends with 1 where rows are rejected, and says which', async () => {
    const { code, out } = await tidemark('check', at('broken.csv'), '--contract', at('c.yaml'), '--json');
    expect(code).toBe(1);
    const report = JSON.parse(out) as {
      violations: { code: string; name: string; rows: number; examples: { row: number }[] }[];
    };
    expect(report).toMatchObject({ verdicts: { rejected: 1, flagged: 14 }, reasons: ['1 of 1500 rows are rejected'] });
    const missing = report.violations.find(({ code: of, name }) => of === 'missing' && name === 'distance');
    expect(missing).toMatchObject({ rows: 1, examples: [{ row: 8 }] });
  });

  it('ends with 1 on drift against a reference, and with 0 without', async () => {
    const against = (file: string) =>
      tidemark('check', at(file), '--contract', at('c.yaml'), '--reference', at('january.csv'), '--format', 'junit');
    const same = await against('february.csv');
    expect(same.code, same.out).toBe(0);
    const drifted = await against('june.csv');
    expect(drifted.code).toBe(1);
    expect(drifted.out).toMatch(/name="drift delay"><failure/);
  });

  it('ends with 2 on a contract that contradicts itself, naming the line', async () => {
    writeFileSync(at('bad.yaml'), 'contract: c\nfeatures:\n  a: { type: number, min: 5, max: 1 }\n');
    const { code, err, out } = await tidemark('check', at('january.csv'), '--contract', at('bad.yaml'), '--json');
    expect(code).toBe(2);
    expect(err).toContain('bad.yaml:3:27: features.a.min: min 5 is greater than max 1');
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'CONTRACT_INVALID' } });
  });
});

describe('tidemark config', () => {
  const pipeline = `pipeline: p
source: { file: { path: january.csv } }
event: { time: /scheduled, id: /id }
contract: c.yaml
segments: [{ by: [orgin] }]
alerts: [{ name: a, webhook: { url: "http://localhost" } }]
actions: [{ when: severity >= huge, alert: [a] }]
`;

  it('check names what is wrong between the pipeline, its contract and its conditions', async () => {
    writeFileSync(at('p.yaml'), pipeline);
    const wrong = await tidemark('config', 'check', at('p.yaml'));
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain(
      'p.yaml:5:19: segments[0].by[0]: the contract has no feature orgin; did you mean origin?',
    );
    expect(wrong.err).toMatch(/p\.yaml:7:19: actions\[0\]\.when: /);
    writeFileSync(at('p.yaml'), pipeline.replace('orgin', 'origin').replace('huge', 'high'));
    const right = await tidemark('config', 'check', at('p.yaml'), '--json');
    expect(right.code, right.err).toBe(0);
    expect(JSON.parse(right.out)).toMatchObject({ ok: true, pipeline: 'p', contract: { features: 4 } });
  });

  it('check tells the comparisons apart by the names that judgements have', async () => {
    writeFileSync(
      at('r.yaml'),
      `${pipeline.replace('[orgin]', '[origin]').replace('huge', 'high')}reference: january.csv
windows: { pane: 15m }
drift:
  - { against: training, window: 1h }
  - { against: training, window: 1d, features: [delay], segments: false }
  - { against: rolling, window: 1d, over: 3d }
  - { against: seasonal, window: 1h, season: hour-of-day, timeZone: America/Denver }
  - { against: skew, window: 1d, limits: { default: { jsDivergence: 0.01 }, features: { origin: { linf: 0.02 } } } }
detectors: { kinds: [evidence, adwin] }
joint: { window: 1d, features: [delay, origin] }
`,
    );
    const { code, out, err } = await tidemark('config', 'check', at('r.yaml'));
    expect(code, err).toBe(0);
    const lines = out.split('\n').slice(4, 12);
    expect(lines).toEqual([
      'drift      training:1h',
      '           training:1d  only delay; without segments',
      '           rolling:1d:3d',
      '           seasonal:1h:hour-of-day:28d:America/Denver',
      '           skew:1d  limits: origin linf 0.02, all others jsDivergence 0.01',
      'detectors  over-time:15m  segments by origin too',
      '           over-time/adwin:15m  segments by origin too',
      'joint      training:1d  only delay, origin',
    ]);
    const json = JSON.parse((await tidemark('config', 'check', at('r.yaml'), '--json')).out);
    expect(json.drift.map(({ name }: { name: string }) => name)).toContain('rolling:1d:3d');
    expect(json).toMatchObject({ detectors: [{}, {}], joint: { name: 'training:1d' } });
  });

  it('check misses files that are not there', async () => {
    writeFileSync(at('q.yaml'), pipeline.replace('orgin', 'origin').replace('huge', 'high').replace('january', 'none'));
    const { code, err } = await tidemark('config', 'check', at('q.yaml'));
    expect(code).toBe(2);
    expect(err).toContain('none.csv: there is no such file');
  });
});
