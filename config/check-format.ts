import type { FormatConfig, RegistryConfig } from './schema/format.ts';
import type { PipelineConfig } from './schema.ts';

type Say = (path: readonly (string | number)[], reason: string) => void;

/** What the keys of a format contradict: each other, or the source. */
export function checkFormats({ event, labels, source }: PipelineConfig, say: Say): void {
  checkFormat(event, 'event', say);
  checkSource(event, { http: source.http !== undefined, file: source.file?.path }, 'event', say);
  if (labels === undefined) return;
  checkFormat(withRegistry(labels, event), 'labels', say);
  checkSource(labels, { http: false, file: labels.source.file?.path }, 'labels', say);
}

/** Labels are read from the registry of the events where they name none of their own. */
export function withRegistry(labels: FormatConfig, event: FormatConfig): FormatConfig {
  const { format, schema, registry = event.registry } = labels;
  return format === 'json' || schema !== undefined ? labels : { ...labels, registry };
}

function checkFormat(config: FormatConfig, section: string, say: Say): void {
  const { format, schema, message, registry, validate } = config;
  if (format === 'json') {
    for (const key of ['schema', 'message', 'registry'] as const) {
      if (config[key] !== undefined)
        say([section, key], `json has no ${key}; is ${section}.format avro, protobuf or json-schema?`);
    }
  } else if (schema === undefined && registry === undefined) {
    say([section, 'format'], `${format} needs schema (a file) or registry (the url of one)`);
  } else if (schema !== undefined && registry !== undefined) {
    say([section, 'registry'], 'expected one of schema and registry: with a registry each event names its schema');
  }
  if (message !== undefined && format !== 'json' && (format !== 'protobuf' || schema === undefined)) {
    const reason = format === 'protobuf' ? 'with a registry each event names its message' : `${format} has no message`;
    say([section, 'message'], reason);
  }
  if (validate && (format !== 'json-schema' || registry === undefined)) {
    const always = format === 'json-schema' ? 'with schema it is always done' : 'it is for json-schema with registry';
    say([section, 'validate'], always);
  }
  if (registry !== undefined) checkRegistry(registry, section, say);
}

function checkRegistry({ url, username, password, timeout }: RegistryConfig, section: string, say: Say): void {
  const path = [section, 'registry', 'url'];
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) say(path, 'expected http://host:port or https://host:port');
  else if (new URL(url).username !== '') say(path, 'the login stands in registry.username and registry.password');
  if ((username === undefined) !== (password === undefined)) {
    const [given, missing] = username === undefined ? ['password', 'username'] : ['username', 'password'];
    say([section, 'registry', given as string], `there is no ${missing} beside it`);
  }
  if (timeout <= 0) say([section, 'registry', 'timeout'], 'expected more than nothing');
}

/** Lines and request bodies are JSON; bytes with a frame come from Kafka alone. */
function checkSource(
  { format, registry }: FormatConfig,
  source: { readonly http: boolean; readonly file: string | undefined },
  section: string,
  say: Say,
): void {
  if (format === 'json' || (format === 'json-schema' && registry === undefined)) return;
  if (source.http) say([section, 'format'], `HTTP takes JSON only; ${format} as given here is read from kafka`);
  if (source.file !== undefined && /\.(ndjson|jsonl)$/i.test(source.file)) {
    say([section, 'format'], `the lines of ${source.file} are JSON; ${format} as given here is read from kafka`);
  }
}
