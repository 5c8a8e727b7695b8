import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { tablesPage } from '../store/tables-page.ts';

/** Writes the pages that are made from code. */
const page = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));

await writeFile(page('tables.md'), tablesPage());
