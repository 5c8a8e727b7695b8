import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jointPerWeek, jointWindowMs } from '../../../actions/monitor/joint-round.ts';
import type { TidemarkError } from '../../../common/error.ts';
import { loadPipeline } from '../../../config/load.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidemark-joint-config-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const drift = 'drift: [{ against: previous, window: 2h }, { against: training, window: 6h }]';

async function load(rest: string) {
  const path = join(directory, 'p.yaml');
  const start = 'pipeline: p\nsource: { http: {} }\ncontract: c.yaml\nreference: r.csv\nevent: { time: /t, id: /i }\n';
  await writeFile(path, start + rest);
  return (await loadPipeline(path, {})).config;
}

describe('several features at once', () => {
  it('are judged in the windows of the first comparison against training, and share the budget', async () => {
    const { joint, drift: comparisons, samples } = await load(`${drift}\njoint: {}`);
    expect(jointWindowMs(joint, comparisons)).toBe(6 * 3_600_000);
    expect(jointPerWeek(joint, comparisons)).toBe(4 * 28);
    expect(samples.perPane).toBe(32);
    expect(jointPerWeek((await load(drift)).joint, comparisons)).toBe(0);
  });

  it.each([
    ['joint: {}', 'joint: it is judged with a comparison against training, and there is none in drift'],
    [`${drift}\njoint: { window: 2h }`, 'joint.window: no comparison against training has windows of 2h; they have 6h'],
    [`${drift}\njoint: {}\nsamples: { perPane: 0 }`, 'samples.perPane: joint looks at samples of events'],
    [`${drift}\njoint: { features: [a] }`, 'joint.features'],
    [`${drift}\nsamples: { perPane: 5000 }`, 'samples.perPane'],
  ])('are refused as %s', async (rest, wanted) => {
    const refusal = await load(rest).then(
      () => 'nothing was refused',
      (error: TidemarkError) => error.toText(),
    );
    expect(refusal).toContain(wanted);
  });
});
