import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { configJsonSchema } from '../config/load.ts';
import { configurationPage, replaceTable, schemaTable } from '../config/markdown.ts';
import { tablesPage } from '../store/tables-page.ts';
import { contractSchema } from '../validators/parse.ts';

/** Writes the pages that are made from code. */
const page = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));

await writeFile(page('tables.md'), tablesPage());
await writeFile(page('configuration.md'), configurationPage(configJsonSchema()));
const contractKeys = schemaTable(z.toJSONSchema(contractSchema, { io: 'input' }));
await writeFile(page('contracts.md'), replaceTable(await readFile(page('contracts.md'), 'utf8'), contractKeys));
