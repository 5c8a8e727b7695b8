/** Reads a value of a decoded event; undefined where it is not there. */
export type Getter = (event: Readonly<Record<string, unknown>>) => unknown;

/** The keys a JSON pointer (RFC 6901) goes through; undefined where the text is none. The empty text is the whole event. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The JSON pointer through these keys. */
export function formatPointer(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * Compiles a JSON pointer to a getter that reads own properties only: `/constructor` of `{}` is undefined. Indices into
 * arrays are keys like others.
 * @throws RangeError where the text is no JSON pointer
 */
export function compilePointer(pointer: string): Getter {
  const keys = parsePointer(pointer);
  if (keys === undefined) throw new RangeError(`not a JSON pointer: ${pointer}`);
  if (keys.length === 1) return ownGetter(keys[0] as string);
  return (event) => {
    let value: unknown = event;
    for (const key of keys) {
      if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[key];
    }
    return value;
  };
}

/** A key that no prototype has can be read without asking whether it is an own one, which is several times as fast. */
export function isPlainKey(key: string): boolean {
  return !(key in Object.prototype);
}

function ownGetter(key: string): Getter {
  if (isPlainKey(key)) return (event) => event[key];
  return (event) => (Object.hasOwn(event, key) ? event[key] : undefined);
}
