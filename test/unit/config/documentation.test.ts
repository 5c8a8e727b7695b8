import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configJsonSchema } from '../../../config/load.ts';
import { configurationPage, schemaTable } from '../../../config/markdown.ts';
import { contractSchema, parseContract } from '../../../validators/parse.ts';

const page = (name: string) => readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8');

describe('docs/configuration.md', () => {
  it('is made from the schema: `npm run docs` writes it', () => {
    expect(page('configuration.md')).toBe(configurationPage(configJsonSchema()));
  });

  it('explains every key', () => {
    const bare = schemaTable(configJsonSchema())
      .split('\n')
      .filter((line) => /\|\s+\|$/.test(line));
    expect(bare).toEqual([]);
  });
});

describe('docs/contracts.md', () => {
  it('has the table of every key', () => {
    expect(page('contracts.md')).toContain(schemaTable(z.toJSONSchema(contractSchema, { io: 'input' })));
  });

  it('shows a contract that can be read', () => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(page('contracts.md')) ?? [];
    const contract = parseContract(example, 'docs/contracts.md');
    expect(contract.features).toHaveLength(Object.keys((parse(example) as { features: object }).features).length);
  });
});
