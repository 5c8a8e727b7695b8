import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { type ModelFiles, modelFile, readModelFiles, signatureFile, sumsFile } from './files.ts';
import type { ModelSignature } from './signature.ts';

/** A version that lies in the artifact directory. */
export interface StoredArtifact {
  /** `DIRECTORY/MODEL/VERSION`. */
  readonly directory: string;
  readonly artifactId: string;
  readonly signature: ModelSignature;
}

export function artifactPath(root: string, model: string, version: string): string {
  return join(root, model, version);
}

/**
 * Takes the version in `candidate` (what a training command wrote) into the artifact directory. The files are written
 * beside their place, flushed to the disk and renamed, so that a version is there whole or not at all. Storing the same
 * files again changes nothing.
 * @throws MODEL_INVALID where the candidate is wrong, or the version exists with other content
 */
export async function storeArtifact(options: {
  readonly root: string;
  readonly candidate: string;
}): Promise<StoredArtifact> {
  const files = await readModelFiles(options.candidate);
  const { model, version } = files.signature;
  const directory = artifactPath(options.root, model, version);
  const stored: StoredArtifact = { directory, artifactId: files.artifactId, signature: files.signature };
  if (await isSame(directory, files)) return stored;
  const temporary = join(options.root, model, `.${version}.${randomUUID()}`);
  try {
    await mkdir(temporary, { recursive: true });
    await writeDurably(join(temporary, modelFile), files.onnx);
    await writeDurably(join(temporary, signatureFile), Buffer.from(files.signatureText));
    await writeDurably(join(temporary, sumsFile), Buffer.from(files.sums));
    await flushDirectory(temporary);
    await rename(temporary, directory);
    await flushDirectory(join(options.root, model));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process may have stored the same version in between: rename refuses to replace its directory.
    if (await isSame(directory, files)) return stored;
    if (error instanceof TidemarkError) throw error;
    throw new TidemarkError(ErrorCode.STORE_DIRECTORY, `the artifact cannot be written: ${messageOf(error)}`, {
      place: directory,
      cure: 'Check the rights and the free space of the artifact directory.',
      cause: error,
    });
  }
  return stored;
}

/**
 * A stored version, its files held against their checksums.
 * @throws NOT_FOUND where there is no such version, MODEL_INVALID where it is damaged
 */
export async function readArtifact(root: string, model: string, version: string): Promise<StoredArtifact> {
  const directory = artifactPath(root, model, version);
  // Names come from people too; one that is no plain name would leave the artifact directory.
  const plain = [model, version].every((name) => /^[a-z0-9][a-z0-9._-]*$/i.test(name));
  const names = plain ? await readdir(directory).catch(() => []) : [];
  if (names.length === 0) {
    throw new TidemarkError(ErrorCode.NOT_FOUND, `there is no version ${version} of model ${model}`, {
      place: directory,
      cure: 'List the versions with: tidemark models list.',
    });
  }
  if (!names.includes(sumsFile)) {
    throw new TidemarkError(ErrorCode.MODEL_INVALID, `${sumsFile} is missing, so the files cannot be checked`, {
      place: directory,
      cure: 'Restore the directory from a backup, or train the version anew.',
    });
  }
  const { artifactId, signature } = await readModelFiles(directory);
  return { directory, artifactId, signature };
}

/** Names of the stored versions of a model, sorted; what is half written is not among them. */
export async function listArtifacts(root: string, model: string): Promise<string[]> {
  const names = await readdir(join(root, model)).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

async function isSame(directory: string, files: ModelFiles): Promise<boolean> {
  const names = await readdir(directory).catch(() => []);
  if (names.length === 0) return false;
  const existing = await readModelFiles(directory);
  if (existing.artifactId === files.artifactId) return true;
  throw new TidemarkError(
    ErrorCode.MODEL_INVALID,
    `version ${files.signature.version} of ${files.signature.model} exists already, with other content`,
    { place: directory, cure: 'A version never changes: give the new model a version of its own.' },
  );
}

async function writeDurably(path: string, content: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename lasts only when the directory that holds the name is on the disk. */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
