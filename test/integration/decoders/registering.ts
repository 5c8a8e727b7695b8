import { setTimeout as delay } from 'node:timers/promises';
import avsc from 'avsc';
import protobuf from 'protobufjs';

export interface SchemaToRegister {
  readonly subject: string;
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON';
  readonly schema: string;
  readonly references?: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
}

/** Registers as Confluent's serializers do; the answer is the schema's id. */
export async function register(
  url: string,
  { subject, type, schema, references = [] }: SchemaToRegister,
): Promise<number> {
  const response = await fetch(`${url}/subjects/${encodeURIComponent(subject)}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schemaType: type, schema, references }),
  });
  if (!response.ok) throw new Error(`${subject}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { readonly id: number }).id;
}

/** The magic byte and the id, before what follows. */
export function framed(id: number, ...rest: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, ...rest]);
}

export function avroBytes(schema: string, value: unknown): Buffer {
  return avsc.Type.forSchema(JSON.parse(schema), { wrapUnions: true }).toBuffer(value);
}

export function protoBytes(text: string, message: string, value: object): Buffer {
  const type = protobuf.parse(text, { keepCase: true }).root.lookupType(message);
  return Buffer.from(type.encode(type.fromObject(value)).finish());
}

/** Waits for a condition, as long as a busy machine may need. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 120_000,
): Promise<void> {
  for (const deadlineMs = Date.now() + limitMs; !(await condition()); await delay(50)) {
    if (Date.now() > deadlineMs) throw new Error(`waited ${limitMs} ms for: ${what}`);
  }
}
