import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { numberColumn, textColumn } from '../../../common/columns.ts';
import { ErrorCode, TidemarkError } from '../../../common/error.ts';
import type { Frame } from '../../../common/feature.ts';
import { createScorer, type Scorer } from '../../../serving/model/scorer.ts';
import { loadModel } from '../../../serving/model/session.ts';
import { encodeModel, fields, signature, twoInputs, writeModel } from './graphs.ts';

const versions = ['v1', 'v2', 'v3'];
let root: string;
/** What was loaded and released, in order. */
let log: string[];
let scorer: Scorer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'scorer-'));
  for (const [at, version] of versions.entries()) {
    // Version k adds k to the logit of ATL.
    const onnx = encodeModel({ ...twoInputs, constants: { weights: [0, at + 1, 0], thousand: [1000] } });
    await writeModel(join(root, version), onnx, { ...signature, version });
  }
});
afterAll(() => rm(root, { recursive: true }));

const load = async (version: string) => {
  if (!versions.includes(version)) throw new TidemarkError(ErrorCode.NOT_FOUND, `no version ${version}`);
  const model = await loadModel(join(root, version), { fields, intraOpThreads: 1 });
  log.push(`+${version}`);
  return {
    ...model,
    release: () => {
      log.push(`-${version}`);
      return model.release();
    },
  };
};
beforeEach(() => {
  log = [];
  scorer = createScorer({ load, maxIdleBytes: 0 });
});
afterEach(() => scorer.close());

const frame: Frame = {
  rows: 2,
  fields,
  columns: [textColumn(['ATL', 'XXX']), numberColumn([0, 0]), numberColumn([1, 1])],
};
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const answers = async () =>
  (await scorer.scoreBatch(frame)).map(({ slot, version, values }) => [
    slot,
    version,
    (values[0] as number).toFixed(4),
  ]);
const answer = (slot: string, at: number) => [slot, versions[at], sigmoid(at + 1).toFixed(4)];

describe('scoreBatch', () => {
  it('says nothing without routes', async () => {
    expect(await scorer.scoreBatch(frame)).toEqual([]);
  });

  it('asks the champion and each challenger once', async () => {
    await scorer.setRoutes({ champion: 'v1', challengers: ['v2', 'v3'] });
    expect(await answers()).toEqual([answer('champion', 0), answer('challenger:v2', 1), answer('challenger:v3', 2)]);
    expect(log).toEqual(['+v1', '+v2', '+v3']);
  });
});

describe('setRoutes', () => {
  it('swaps between batches and releases what is routed no more', async () => {
    await scorer.setRoutes({ champion: 'v1', challengers: ['v2'] });
    const before = answers();
    const swap = scorer.setRoutes({ champion: 'v2', challengers: [] });
    expect(await before).toEqual([answer('champion', 0), answer('challenger:v2', 1)]);
    await swap;
    expect(await answers()).toEqual([answer('champion', 1)]);
    expect(log).toEqual(['+v1', '+v2', '-v1']);
  });

  it('keeps the routes when a version cannot be loaded, and releases what it loaded in vain', async () => {
    await scorer.setRoutes({ champion: 'v1', challengers: [] });
    await expect(scorer.setRoutes({ champion: 'v2', challengers: ['v9'] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await answers()).toEqual([answer('champion', 0)]);
    expect(log).toEqual(['+v1', '+v2', '-v2']);
  });

  it('keeps idle sessions up to its bound, those used last', async () => {
    const { bytes, release } = await load('v1');
    await release();
    log = [];
    await scorer.close();
    scorer = createScorer({ load, maxIdleBytes: bytes });
    for (const champion of ['v1', 'v2', 'v3', 'v2']) await scorer.setRoutes({ champion, challengers: [] });
    expect(log).toEqual(['+v1', '+v2', '+v3', '-v1']);
  });

  it('survives a hundred swaps under way of scoring', async () => {
    await scorer.setRoutes({ champion: 'v1', challengers: [] });
    const work: Promise<unknown>[] = [];
    for (let round = 0; round < 100; round++) {
      work.push(
        scorer.setRoutes({
          champion: versions[round % 3] as string,
          challengers: [versions[(round + 1) % 3] as string],
        }),
      );
      work.push(scorer.scoreBatch(frame));
      if (round % 10 === 0) await work.at(-2);
    }
    await Promise.all(work);
    expect(scorer.routes()).toEqual({ champion: 'v1', challengers: ['v2'] });
    expect(
      log.filter((entry) => entry.startsWith('+')).length - log.filter((entry) => entry.startsWith('-')).length,
    ).toBe(2);
  });

  it('releases everything at the end', async () => {
    await scorer.setRoutes({ champion: 'v1', challengers: ['v2'] });
    await scorer.close();
    expect(log).toEqual(['+v1', '+v2', '-v1', '-v2']);
    await expect(scorer.setRoutes({ challengers: [] })).rejects.toThrow('closed');
  });
});
