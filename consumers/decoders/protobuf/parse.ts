import protobuf, { type NamespaceBase, type Root, type Type } from 'protobufjs';
import { knownFile } from './known-files.ts';

export interface ProtoFile {
  /** As others import it; of a file on disk, its path. */
  readonly name: string;
  readonly text: string;
}

/** The file that `from` imports as `path`; undefined where there is none. */
export type ResolveImport = (path: string, from: ProtoFile) => ProtoFile | undefined;

export interface ProtoSchema {
  readonly root: Root;
  /** The messages at the top of the file itself, in the order in which they stand there: what message indexes count. */
  readonly messages: readonly Type[];
}

/**
 * Reads a `.proto` file with everything it imports. Names of fields stay as they are written.
 * @throws Error where the text is no Protobuf, an import is not found, or a name leads nowhere
 */
export function parseProto(main: ProtoFile, resolveImport: ResolveImport): ProtoSchema {
  const root = new protobuf.Root();
  const done = new Set<string>();
  const queue: ProtoFile[] = [main];
  for (const file of queue) {
    if (done.has(file.name)) continue;
    done.add(file.name);
    const { imports = [], weakImports = [] } = parseInto(root, file);
    for (const path of [...imports, ...weakImports]) {
      const found = resolveImport(path, file);
      if (found !== undefined) queue.push(found);
      else addKnown(root, path, done, file);
    }
  }
  root.resolveAll();
  // By itself, the file says in which order its messages stand; in the root, others share its package.
  const own = new protobuf.Root();
  const { package: packageName } = parseInto(own, main);
  const packageOf = (from: Root) => (packageName === undefined ? from : (from.lookup(packageName) as NamespaceBase));
  const messages = messagesOf(packageOf(own)).map(({ name }) => packageOf(root).lookupType(name));
  return { root, messages };
}

function parseInto(root: Root, { name, text }: ProtoFile) {
  try {
    return protobuf.parse(text, root, { keepCase: true });
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function addKnown(root: Root, path: string, done: Set<string>, from: ProtoFile): void {
  if (done.has(path)) return;
  done.add(path);
  const known = knownFile(path);
  if (known === undefined) throw new Error(`${from.name}: the import ${path} was not found`);
  if (typeof known !== 'string') {
    root.addJSON(known.nested ?? {});
    return;
  }
  const { imports = [] } = parseInto(root, { name: path, text: known });
  for (const further of imports) addKnown(root, further, done, { name: path, text: known });
}

/** Messages directly in a namespace, in their order; types that extend or group are among them, as in the file. */
export function messagesOf(namespace: NamespaceBase): Type[] {
  return namespace.nestedArray.filter((nested): nested is Type => nested instanceof protobuf.Type);
}
