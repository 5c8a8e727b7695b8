import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { tablesPage } from '../../../store/tables-page.ts';

it('docs/tables.md says what store/tables.ts defines; `npm run docs` writes it', async () => {
  expect(await readFile(new URL('../../../docs/tables.md', import.meta.url), 'utf8')).toBe(tablesPage());
});
