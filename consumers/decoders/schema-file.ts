import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { readText } from '../../config/load.ts';
import type { FormatConfig } from '../../config/schema/format.ts';
import { avroFormat } from './avro/format.ts';
import type { DecodeLimits } from './decoder.ts';
import { jsonSchemaFormat } from './json-schema/format.ts';
import type { ReadPayload } from './payload.ts';
import { plainProtobuf } from './protobuf/format.ts';
import { type ProtoFile, type ProtoSchema, parseProto } from './protobuf/parse.ts';

/**
 * What decodes events by the schema in a file.
 * @throws TidemarkError FILE_UNREADABLE, CONFIG_INVALID
 */
export async function readSchemaFile(
  config: FormatConfig,
  schema: string,
  { directory, limits }: { readonly directory: string; readonly limits: DecodeLimits },
): Promise<ReadPayload> {
  const path = resolve(directory, schema);
  const text = await readText(path);
  try {
    if (config.format === 'protobuf') {
      const parsed = parseProto({ name: path, text }, importFromDisk);
      return plainProtobuf(messageOfFile(parsed, config.message), limits);
    }
    const format = config.format === 'avro' ? avroFormat(limits) : jsonSchemaFormat(limits);
    return format.compile({ text, references: [] });
  } catch (cause) {
    const reason = messageOf(cause).replace(`${path}: `, '');
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `this is no schema for ${config.format}: ${reason}`, {
      place: path,
      cure: 'Correct the file, or the format that names it',
      cause,
    });
  }
}

/** Beside the file that imports, or beside one of the directories above: imports start at the root of all `.proto` files. */
function importFromDisk(path: string, from: ProtoFile): ProtoFile | undefined {
  for (let directory = dirname(from.name); ; directory = dirname(directory)) {
    const candidate = resolve(directory, path);
    if (existsSync(candidate)) return { name: candidate, text: readFileSync(candidate, 'utf8') };
    if (directory === dirname(directory)) return undefined;
  }
}

function messageOfFile({ root, messages }: ProtoSchema, name: string | undefined) {
  if (name !== undefined) return root.lookupType(name);
  const [only, ...others] = messages;
  if (only !== undefined && others.length === 0) return only;
  const names = messages.map(({ fullName }) => fullName.slice(1)).join(', ');
  throw new Error(only === undefined ? 'it has no message' : `it has several messages; name one by message: ${names}`);
}
