import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { drainPending, Session } from 'chdb';
import { quote } from '../quote.ts';
import { ErrorNumber, FrontError } from './front-error.ts';

/** What a statement is run under. The next one begins without any of it. */
export interface Surroundings {
  readonly database: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Values of `{name:Type}`, in the text form that the HTTP interface has for them. */
  readonly params: Readonly<Record<string, string>>;
}

export interface EngineResult {
  readonly bytes: Uint8Array;
  readonly readRows: number;
  readonly readBytes: number;
  readonly elapsedNs: number;
}

/** The embedded engine's one session, made to look as if each statement had one of its own. Not for two calls at once. */
export interface EngineSession {
  run(sql: string, surroundings: Surroundings, format: string): Promise<EngineResult>;
  close(): Promise<void>;
}

/**
 * Parameters of a request that clients send beside settings, and that mean something to a server's HTTP side only. `readonly` would
 * stay with the engine's session, which then takes no other setting: `execute` refuses in its stead.
 */
const httpOnly = new Set([
  'readonly',
  'wait_end_of_query',
  'buffer_size',
  'compress',
  'decompress',
  'send_progress_in_http_headers',
  'http_response_buffer_size',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'http_zlib_compression_level',
  'http_native_compression_disable_checksumming_on_decompress',
]);
const nothing: Surroundings = { database: 'default', settings: {}, params: {} };

/** Opens `directory`/engine. Throws what the engine says where it cannot. */
export async function openEngineSession(directory: string): Promise<EngineSession> {
  mkdirSync(directory, { recursive: true });
  const session = new Session(join(directory, 'engine'));
  const known = new Set((await text('SELECT name FROM system.settings')).split('\n'));
  /** What the engine's session has at this moment. An undefined value is one of which nobody knows whether it was taken. */
  let database: string | undefined = 'default';
  const settings = new Map<string, string | undefined>();
  const params = new Map<string, string | undefined>();

  async function text(sql: string): Promise<string> {
    return (await session.queryAsync(sql, { format: 'TabSeparated' })).text();
  }

  async function surround(wanted: Surroundings, sql: string): Promise<void> {
    const changes = new Map<string, string>();
    const wantedSettings = Object.entries(wanted.settings).filter(([name]) => !httpOnly.has(name));
    for (const [name] of wantedSettings) {
      if (!known.has(name)) throw new FrontError(ErrorNumber.UNKNOWN_SETTING, `Unknown setting '${name}'`);
    }
    for (const name of settings.keys()) if (wanted.settings[name] === undefined) changes.set(name, 'DEFAULT');
    for (const [name, value] of wantedSettings) if (settings.get(name) !== value) changes.set(name, quote(value));
    for (const [name, value] of Object.entries(wanted.params)) {
      if (!/^\w+$/.test(name)) throw new FrontError(ErrorNumber.BAD_ARGUMENTS, `Parameter ${name} has no valid name`);
      if (params.get(name) !== value) changes.set(`param_${name}`, quote(value));
      params.set(name, undefined);
    }
    // The engine never forgets a parameter, so one of an earlier statement would stand in for a missing one.
    for (const name of params.keys()) {
      if (wanted.params[name] === undefined && new RegExp(`\\{\\s*${name}\\s*:`).test(sql))
        throw new FrontError(ErrorNumber.UNKNOWN_QUERY_PARAMETER, `Substitution \`${name}\` is not set`);
    }
    for (const name of changes.keys()) if (!name.startsWith('param_')) settings.set(name, undefined);
    if (changes.size > 0) await text(`SET ${[...changes].map(([name, value]) => `${name} = ${value}`).join(', ')}`);
    for (const [name, value] of changes) if (value === 'DEFAULT') settings.delete(name);
    for (const [name, value] of wantedSettings) settings.set(name, value);
    for (const [name, value] of Object.entries(wanted.params)) params.set(name, value);
    if (database === wanted.database) return;
    database = undefined;
    await text(`USE \`${wanted.database.replaceAll('`', '``')}\``);
    database = wanted.database;
  }

  return {
    async run(sql, surroundings, format) {
      await surround(surroundings, sql);
      const result = await session.queryAsync(sql, { format });
      // A database that is dropped while it is the session's would fail every statement after.
      if (/^\s*DROP\s+DATABASE/i.test(sql)) await surround(nothing, '');
      return {
        bytes: result.bytes(),
        readRows: result.rowsRead,
        readBytes: result.bytesRead,
        elapsedNs: Math.round(result.elapsed * 1e9),
      };
    },
    async close() {
      session.close();
      await drainPending();
    },
  };
}
