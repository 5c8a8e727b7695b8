import { type Document, isScalar, type Node, type Scalar, visit } from 'yaml';

export type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$(\$?)\{([^}]*)(\}?)/g;
const inside = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Puts the values of `${NAME}` and `${NAME:-default}` into the texts of a document (not into keys). The default is taken where
 * the variable is not set or empty; `$${` stands for `${`. Without a default an unset variable is a problem of its line.
 * A value never becomes anything but text here, whatever it looks like; see {@link convertTexts}.
 */
export function substitute(
  document: Document.Parsed,
  environment: Environment,
  say: (node: Node, reason: string) => void,
): void {
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      node.value = node.value.replace(reference, (all, escaped: string, content: string, end: string) => {
        if (escaped !== '') return all.slice(1);
        const match = end === '' ? null : inside.exec(content);
        if (match === null) {
          say(node, `expected \${NAME} or \${NAME:-default}, found ${all.slice(0, 40)}`);
          return '';
        }
        const [, name = '', fallback] = match;
        const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
        if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
        if (value === undefined) {
          say(node, `the environment variable ${name} is not set and has no default, as in \${${name}:-value}`);
        }
        return value ?? '';
      });
      substituted.add(node);
    },
  });
}

const substituted = new WeakSet<Scalar>();

/** Where a number or a yes-or-no is expected, a text from the environment is read as one: `port: "${PORT:-8787}"`. */
export function convertTexts(
  document: Document.Parsed,
  wanted: readonly { readonly path: readonly PropertyKey[]; readonly expected: string }[],
): boolean {
  let converted = false;
  for (const { path, expected } of wanted) {
    const node = document.getIn(path, true);
    if (!isScalar(node) || !substituted.has(node)) continue;
    const text = String(node.value).trim();
    if (expected === 'boolean' && /^(true|false)$/.test(text)) node.value = text === 'true';
    else if ((expected === 'number' || expected === 'int') && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text))
      node.value = Number(text);
    else continue;
    converted = true;
  }
  return converted;
}
