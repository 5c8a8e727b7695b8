import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listArtifacts, readArtifact, storeArtifact } from '../../../serving/model/artifacts.ts';
import { loadModel } from '../../../serving/model/session.ts';
import { fields, signature, writeModel } from './graphs.ts';

let work: string;
let root: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'artifacts-'));
  root = join(work, 'store');
});
afterEach(() => rm(work, { recursive: true }));

const candidate = (document: object = signature) => writeModel(join(work, 'candidate'), undefined, document);
const store = async (document?: object) => storeArtifact({ root, candidate: await candidate(document) });

describe('storeArtifact', () => {
  it('keeps a version that anybody can check and that loads', async () => {
    const stored = await store();
    expect(stored.directory).toBe(join(root, 'late', 'v1'));
    await promisify(execFile)('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: stored.directory });
    const read = await readArtifact(root, 'late', 'v1');
    expect(read.artifactId).toBe(stored.artifactId);
    const model = await loadModel(read.directory, { fields, intraOpThreads: 1, artifactId: read.artifactId });
    await model.release();
  });

  it('changes nothing the second time, nor when two do it at once', async () => {
    const first = await store();
    expect(await store()).toEqual(first);
    const both = { ...signature, version: 'v2' };
    const directory = await candidate(both);
    const results = await Promise.all([1, 2, 3].map(() => storeArtifact({ root, candidate: directory })));
    expect(new Set(results.map(({ artifactId }) => artifactId)).size).toBe(1);
    expect(await listArtifacts(root, 'late')).toEqual(['v1', 'v2']);
    expect(await readdir(join(root, 'late'))).toHaveLength(2);
  });

  it('refuses other content under the same version', async () => {
    await store();
    await expect(store({ ...signature, importance: { origin: 1 } })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('with other content'),
    });
  });

  it('leaves nothing of a candidate that is wrong', async () => {
    await expect(store({ ...signature, task: 'guess' })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    expect(await listArtifacts(root, 'late')).toEqual([]);
  });
});

describe('readArtifact', () => {
  it.each(['model.onnx', 'model.json'])('finds a damaged %s', async (file) => {
    const { directory } = await store();
    await appendFile(join(directory, file), ' ');
    await expect(readArtifact(root, 'late', 'v1')).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining(`${file} changed`),
    });
  });

  it('refuses a version without checksums, and one that is not there', async () => {
    const { directory } = await store();
    await rm(join(directory, 'SHA256SUMS'));
    await expect(readArtifact(root, 'late', 'v1')).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(readArtifact(root, 'late', 'v9')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(readArtifact(root, 'late', '../candidate')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await listArtifacts(root, 'nobody')).toEqual([]);
  });
});
