import { resolve } from 'node:path';
import type { Reference } from '../../drift/reference/reference.ts';
import type { Base } from './base.ts';
import { referenceFromFile } from './reference-builder.ts';
import { createReferenceKeeper, type ReferenceKeeper } from './reference-keeper.ts';

/** The keeper of a pipeline's reference: of its champion, or of the file that the pipeline names. */
export function referencesOf(base: Base): ReferenceKeeper {
  return createReferenceKeeper({
    config: base.file.config,
    registry: base.registry,
    readReference: base.stores.monitor.readReference,
    writeReference: base.stores.monitor.writeReference,
    fromFile: () => referenceOfFile(base),
  });
}

/** Made anew from the file that the pipeline names. */
export async function referenceOfFile({
  file,
  contract,
  readFrame,
}: Pick<Base, 'file' | 'contract' | 'readFrame'>): Promise<Reference | undefined> {
  const { reference } = file.config;
  if (reference === undefined) return undefined;
  const path = resolve(file.directory, reference);
  return referenceFromFile({ config: file.config, contract, frame: await readFrame(path), origin: path });
}
