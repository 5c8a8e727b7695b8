import { ErrorCode, TidemarkError } from '../common/error.ts';
import type { FeatureField, FeatureType } from '../common/feature.ts';
import type { Store } from './client.ts';
import { deadLetterAdditions, deadLetterTables } from './dead-letter-tables.ts';
import { sampleColumns } from './sample-columns.ts';
import { columnSql, createTableSql } from './table-definition.ts';
import { distinctColumns, tables } from './tables.ts';

/** Statements that lead from one version of the tables to the next. Never edited once released: a new one is appended. */
const migrations: readonly {
  readonly version: number;
  readonly name: string;
  readonly statements: (database: string) => readonly string[];
}[] = [
  {
    version: 1,
    name: 'first tables',
    statements: (database) => tables.map((table) => createTableSql(database, table)),
  },
  {
    version: 2,
    name: 'one leader among several monitors',
    statements: (database) => [
      ...['incident_log', 'model_log', 'job_log'].map(
        (name) => `ALTER TABLE \`${database}\`.\`${name}\` ADD COLUMN IF NOT EXISTS revision UInt64`,
      ),
      // The tables that are new; those that are there stay as they are.
      ...tables.map((table) => createTableSql(database, table)),
    ],
  },
  {
    version: 3,
    name: 'troubles of processes',
    statements: (database) => tables.map((table) => createTableSql(database, table)),
  },
  {
    version: 4,
    name: 'dead letters whole, with their headers; what goes out and what was sent again',
    // Where the first tables were made by this program they have all of it: then this changes nothing.
    statements: (database) => [
      ...deadLetterAdditions.map(
        (column) => `ALTER TABLE \`${database}\`.\`dead_letters\` ADD COLUMN IF NOT EXISTS ${columnSql(column)}`,
      ),
      ...deadLetterTables.map((table) => createTableSql(database, table)),
    ],
  },
  {
    version: 5,
    name: 'profiles summed to hours and days',
    statements: (database) => tables.map((table) => createTableSql(database, table)),
  },
  {
    version: 6,
    name: 'how many different values',
    statements: (database) =>
      ['profiles', 'sealed_profiles', 'rolled_profiles'].flatMap((name) =>
        distinctColumns.map(
          (column) => `ALTER TABLE \`${database}\`.\`${name}\` ADD COLUMN IF NOT EXISTS ${columnSql(column)}`,
        ),
      ),
  },
  {
    version: 7,
    name: 'samples of events',
    statements: (database) =>
      sampleColumns.map(
        (column) => `ALTER TABLE \`${database}\`.\`events\` ADD COLUMN IF NOT EXISTS ${columnSql(column)}`,
      ),
  },
];

export const newestVersion = migrations.at(-1)?.version ?? 0;

/** Brings the tables to the newest version. Refuses a database that a newer program has written. */
export async function migrate(store: Store): Promise<{ readonly from: number; readonly to: number }> {
  const table = `\`${store.database}\`.\`schema_migrations\``;
  await store.command(
    `CREATE TABLE IF NOT EXISTS ${table} (version UInt32, name String, applied_at DateTime64(3, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY version`,
  );
  const from = await versionOf(store);
  if (from > newestVersion) throw tooNew(store, from);
  for (const { version, name, statements } of migrations) {
    if (version <= from) continue;
    for (const statement of statements(store.database)) await store.command(statement);
    await store.insertRows('schema_migrations', [{ version, name, applied_at: new Date().toISOString() }]);
  }
  return { from, to: newestVersion };
}

/**
 * Checks that the tables are those of this program, and changes nothing.
 * @throws CONFIG_INVALID where the store has no such pipeline, STORE_TOO_NEW, STORE_REJECTED where they are of an older program
 */
export async function requireNewest(store: Store, pipeline: string): Promise<void> {
  const databases = await store.query<{ database: string }>(
    `SELECT database FROM system.tables WHERE name = 'schema_migrations' AND startsWith(database, 'tidemark_') ORDER BY database`,
  );
  if (!databases.some(({ database }) => database === store.database)) {
    const others = databases.map(({ database }) => database.slice('tidemark_'.length));
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `the store has no pipeline ${pipeline}`, {
      place: 'pipeline',
      cure: others.length === 0 ? 'It has none yet: run the pipeline first' : `It has: ${others.join(', ')}`,
    });
  }
  const version = await versionOf(store);
  if (version > newestVersion) throw tooNew(store, version);
  if (version < newestVersion)
    throw new TidemarkError(
      ErrorCode.STORE_REJECTED,
      `the tables are of version ${version}, this program reads version ${newestVersion}`,
      { place: `database ${store.database}`, cure: 'Run the pipeline once by this program: it brings them up to date' },
    );
}

async function versionOf(store: Store): Promise<number> {
  const [row] = await store.query<{ version: number }>(
    `SELECT max(version) AS version FROM \`${store.database}\`.\`schema_migrations\``,
  );
  return Number(row?.version ?? 0);
}

function tooNew(store: Store, version: number): TidemarkError {
  return new TidemarkError(
    ErrorCode.STORE_TOO_NEW,
    `the tables are of version ${version}, this program knows versions up to ${newestVersion}`,
    {
      place: `database ${store.database}`,
      cure: 'Run the newer program again, or point store.url at another database',
    },
  );
}

const columnTypes: Readonly<Record<FeatureType, string>> = {
  number: 'Nullable(Float64)',
  integer: 'Nullable(Float64)',
  boolean: 'Nullable(Float64)',
  timestamp: 'Nullable(Float64)',
  string: 'LowCardinality(Nullable(String))',
  // The empty list is absence.
  vector: 'Array(Float32)',
};

/** The column of a feature in `events`. */
export function featureColumn(name: string): string {
  return `f_${name.replace(/[^A-Za-z0-9_]/g, '_')}`;
}

/** Adds the columns of features the contract has and `events` has not. Columns are never dropped or changed. */
export async function addFeatureColumns(store: Store, fields: readonly FeatureField[]): Promise<void> {
  const present = await store.query<{ name: string; type: string }>(
    'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String}',
    { database: store.database, table: 'events' },
  );
  const typeOf = new Map(present.map(({ name, type }) => [name, type]));
  for (const field of fields) {
    const name = featureColumn(field.name);
    const wanted = columnTypes[field.type];
    const found = typeOf.get(name);
    if (found !== undefined && found !== wanted) {
      throw new TidemarkError(
        ErrorCode.CONTRACT_INVALID,
        `feature ${field.name} is ${field.type}, but events.${name} holds ${found}`,
        {
          place: `database ${store.database}`,
          cure: 'Give the feature of the new type a new name; what is stored keeps its type',
        },
      );
    }
    if (found === undefined) {
      await store.command(
        `ALTER TABLE \`${store.database}\`.\`events\` ADD COLUMN IF NOT EXISTS \`${name}\` ${wanted}`,
      );
      typeOf.set(name, wanted);
    }
  }
}
