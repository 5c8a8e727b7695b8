/** Reads the JSON documents of the logs. A field that is not there is null: older entries may lack what newer ones have. */

export type Document = Readonly<Record<string, unknown>>;

export function parseDocument(json: string): Document {
  try {
    const value: unknown = JSON.parse(json);
    return isDocument(value) ? value : {};
  } catch {
    return {};
  }
}

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function documentAt(document: Document, name: string): Document {
  const value = document[name];
  return isDocument(value) ? value : {};
}

export function textAt(document: Document, name: string): string | null {
  const value = document[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

export function numberAt(document: Document, name: string): number | null {
  const value = document[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function textsAt(document: Document, name: string): string[] {
  const value = document[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

export function documentsAt(document: Document, name: string): Document[] {
  const value = document[name];
  return Array.isArray(value) ? value.filter(isDocument) : [];
}
