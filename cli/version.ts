import { existsSync, readFileSync } from 'node:fs';

/** Of the package, which lies above this folder, or above that of the compiled files. */
export function programVersion(): string {
  const files = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const file = files.find((one) => existsSync(one));
  if (file === undefined) return 'unknown';
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
