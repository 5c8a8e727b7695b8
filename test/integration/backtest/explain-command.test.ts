import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explained } from '../../../cli/runtime/explain/explaining.ts';
import { createShop, dayMs, type Shop, streamStartMs } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await createShop();
}, 120_000);
afterAll(() => shop.remove());

const explain = (...args: readonly string[]) => shop.run('drift', 'explain', '--config', shop.pipeline, ...args);

async function explained(what: string): Promise<Explained> {
  const { code, out, err } = await explain(what, '--json');
  expect(code, err).toBe(0);
  return JSON.parse(out) as Explained;
}

/** Of the dearer days. */
const name = `training:1d|${new Date(streamStartMs + 9 * dayMs).toISOString()}||price`;

describe('tidemark drift explain', () => {
  it('works a stored judgement out again, with the same numbers', async () => {
    const { judgement, explanation, histogram, notes, incident } = await explained(name);
    expect(judgement).toMatchObject({ alarm: true, feature: 'price', segment: '' });
    expect(notes).toEqual([]);
    expect(incident).toBeNull();
    const again = explanation?.judgement;
    for (const key of ['value', 'critical', 'pValue', 'statistic', 'alarm', 'why'] as const)
      expect(again?.[key]).toEqual(judgement[key]);
    expect(explanation?.level).toMatchObject({ falseAlarmsPerWeek: 1, judgementsPerWeek: 7 * 2 * 3, tests: 3 });
    const shares = histogram?.bins.reduce((sum, { current }) => sum + current, 0);
    expect(shares).toBeCloseTo(1, 6);
  });

  it('finds the furthest judgement behind an incident, and names the others', async () => {
    const listed = await shop.run('incidents', shop.pipeline, '--json');
    const [incident] = (JSON.parse(listed.out) as { incidents: { id: string; cause: string }[] }).incidents.filter(
      ({ cause }) => cause === 'missing',
    );
    const id = incident?.id ?? '';
    const { judgement, incident: found, others } = await explained(id.slice(0, 8));
    expect(found?.id).toBe(id);
    expect(judgement).toMatchObject({ statistic: 'missing', alarm: true });
    expect(others.length).toBeGreaterThan(0);
    // What it names can be asked for.
    const other = await explained(others[0] ?? '');
    expect(other.judgement.alarm).toBe(true);
  });

  it('draws both histograms for people', async () => {
    const { code, out } = await explain(name);
    expect(code).toBe(0);
    expect(out).toMatch(/^ALARM {2}price, all events, training:1d, 2026-02-11 00:00 to 2026-02-12 00:00/);
    expect(out).toContain('reference  8,400   8,400');
    expect(out).toMatch(/α = false alarms a week \/ judgements a week \/ tests = 1 \/ 42 \/ 3 = 0\.007937/);
    expect(out).toMatch(/Jensen-Shannon distance, which decided\n {2}d = √/);
    expect(out).toMatch(/█+[▏▎▍▌▋▊▉]? +\d+\.\d %/);
  });

  it('says so where the configuration is another than the one it was judged under', async () => {
    const other = await shop.changed('wide.yaml', { budget: { falseAlarmsPerWeek: 20 } });
    const { code, out } = await shop.run('drift', 'explain', name, '--config', other, '--json');
    expect(code).toBe(0);
    const { notes, judgement, explanation } = JSON.parse(out) as Explained;
    expect(notes).toEqual([expect.stringContaining('it was judged under another budget')]);
    expect(explanation?.judgement.critical).toBeLessThan(judgement.critical ?? 0);
  });

  it.each([
    ['nothing', 'there is no incident nothing'],
    ['training:1d|2027-01-01||price', 'Its latest windows: training:1d|2026-02-25T00:00:00Z||price'],
    ['training:1d|2026-02-10||colour', 'training:1d has no feature colour. Judged were city, price'],
    ['training:1d|soon||price', 'names no judgement'],
  ])('refuses %s with 2', async (what, text) => {
    const ended = await explain(what);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(text);
  });

  it.each([
    [
      'trainin:1d|2026-02-10||price',
      'There is no comparison trainin:1d; did you mean training:1d? Judged were training:1d',
    ],
    ['training:1d|2026-02-10||prize', 'training:1d has no feature prize; did you mean price? Judged were city, price'],
    ['training:1d|2026-02-10|city=Rom|price', 'price was not judged in city=Rom'],
  ])('names what there is beside %s', async (name, cure) => {
    const { err } = await shop.run('drift', 'explain', '--config', shop.pipeline, name);
    expect(err).toContain(cure);
  });

  it('leaves the comparison of two files as it was', async () => {
    const ended = await shop.run(
      'drift',
      `${shop.directory}/reference.csv`,
      `${shop.directory}/reference.csv`,
      '--json',
    );
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.out)).toMatchObject({ alarm: false });
  });
});
