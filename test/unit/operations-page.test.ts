import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kinds: Readonly<Record<string, string>> = { count: 'counter', gauge: 'gauge', time: 'histogram' };

/** Each metric with its kind and its labels, as the code emits it. */
function emitted(): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of ['consumers', 'serving', 'store', 'actions', 'cli']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(join(root, folder, file), 'utf8');
      for (const [, kind = '', name = ''] of text.matchAll(/metrics\s*\.(count|gauge|time)\(\s*'([^']+)'/g))
        found.set(name, kinds[kind] as string);
    }
  }
  return found;
}

describe('docs/operations.md', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(tidemark_[a-z0-9_]+)`\s*\| (\w+)\s*\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)];

  it('has every metric that the code emits, with its kind, and no other', () => {
    const documented = new Map(rows.map(([, name = '', kind = '']) => [name, kind]));
    expect([...documented].sort()).toEqual([...emitted()].sort());
  });

  it('says of each its unit and its meaning', () => {
    const bare = rows.filter(([, , , , unit = '', meaning = '']) => unit.trim() === '' || meaning.trim() === '');
    expect(bare.map(([, name]) => name)).toEqual([]);
  });
});
