interface JsonSchema {
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/**
 * A table of every key of a JSON Schema: its path (`[]` for the members of a list, NAME for a key of one's own), form, default
 * and meaning. The documentation of files is made from their schemas by this.
 */
export function schemaTable(schema: Readonly<Record<string, unknown>>): string {
  const rows = rowsOf(schema as JsonSchema, '');
  return ['| key | form | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function rowsOf(schema: JsonSchema, prefix: string): string[] {
  const rows: string[] = [];
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const path = `${prefix}${key}`;
    const isRequired = schema.required?.includes(key) === true;
    rows.push(
      `| \`${path}\` | ${cell(formOf(property))} | ${defaultOf(property, isRequired)} | ${cell(meaningOf(property))} |`,
    );
    rows.push(...rowsBelow(property, path));
  }
  return rows;
}

function rowsBelow(schema: JsonSchema, path: string): string[] {
  if (schema.items !== undefined) return rowsBelow(schema.items, `${path}[]`);
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => rowsBelow(one, path));
  if (typeof schema.additionalProperties === 'object') return rowsBelow(schema.additionalProperties, `${path}.NAME`);
  return rowsOf(schema, `${path}.`);
}

function formOf(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.anyOf !== undefined) return schema.anyOf.map(formOf).join(' or ');
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : formOf(schema.items)}`;
  if (schema.type === 'object') return 'keys';
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'any');
  return `${type === 'string' ? 'text' : type}${rangeOf(schema)}`;
}

function rangeOf({ minimum, maximum, exclusiveMinimum, type }: JsonSchema): string {
  // Bounds of safe integers are no information.
  const most =
    maximum === undefined || (type === 'integer' && maximum === Number.MAX_SAFE_INTEGER) ? undefined : maximum;
  const least = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  return [
    ...(least === undefined ? [] : [` from ${least}`]),
    ...(exclusiveMinimum === undefined ? [] : [` above ${exclusiveMinimum}`]),
    ...(most === undefined ? [] : [` up to ${most}`]),
  ].join('');
}

function defaultOf(schema: JsonSchema, isRequired: boolean): string {
  if (schema.default !== undefined && typeof schema.default !== 'object') return `\`${String(schema.default)}\``;
  if (Array.isArray(schema.default)) return 'none';
  return isRequired ? '**required**' : '';
}

function meaningOf({ description = '', items }: JsonSchema): string {
  return description === '' ? (items?.description ?? '') : description;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

const head = `# The pipeline file

One YAML file a pipeline. \`tidemark config check FILE\` checks it, with the file and line of every problem;
\`tidemark config schema\` prints its JSON Schema for editors. This page is made from that schema by \`npm run docs\`.

- Durations are \`500ms\`, \`30s\`, \`1m\`, \`1h30m\`, \`7d\`, \`2w\`.
- \`\${NAME}\` in a text is the environment variable NAME; \`\${NAME:-default}\` takes the default where it is unset or empty. Within
  \`{ }\` and \`[ ]\` such a text stands in quotes. Where a number or true/false is expected the text is read as one.
  \`$\${NAME}\` is the text \`\${NAME}\` itself. A variable that is unset and has no default is an error of its line.
- Relative paths start at the directory of the file, except those of the embedded store, which start at the working directory.
- Unknown and duplicate keys are errors.

The [contract](contracts.md) is a file of its own.
`;

/** `docs/configuration.md` */
export function configurationPage(schema: Readonly<Record<string, unknown>>): string {
  return `${head}\n${schemaTable(schema)}\n`;
}

const tableOfKeys = /^\| key \| form \|.*(\n\|.*)*/m;

/** A page with its table of keys replaced by another. */
export function replaceTable(page: string, table: string): string {
  return page.replace(tableOfKeys, () => table);
}
