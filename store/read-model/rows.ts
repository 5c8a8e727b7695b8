/** One row as the store's JSON has it: 64-bit integers are texts, times are taken as milliseconds in the SQL. */
export type Row = Readonly<Record<string, unknown>>;
export type Query = (sql: string, params?: Readonly<Record<string, unknown>>) => Promise<readonly Row[]>;

export function number(row: Row, name: string): number {
  return Number(row[name] ?? 0);
}

export function numberOrNull(row: Row, name: string): number | null {
  const value = row[name];
  if (value === null || value === undefined) return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

export function text(row: Row, name: string): string {
  const value = row[name];
  return value === null || value === undefined ? '' : String(value);
}

/** Milliseconds since 1970 of a DateTime64(3), as a column `name`. */
export function ms(expression: string, name: string): string {
  return `toUnixTimestamp64Milli(${expression}) AS ${name}`;
}
