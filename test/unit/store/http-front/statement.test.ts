import { describe, expect, it } from 'vitest';
import { parseStatement } from '../../../../store/http-front/statement.ts';

const format = (sql: string): string | undefined => {
  const statement = parseStatement(sql);
  return statement.kind === 'insert' ? `data as ${statement.format}` : statement.format?.name;
};

describe('a statement by HTTP', () => {
  it('names the format of its answer, outside of strings, comments, brackets and names', () => {
    expect(format('SELECT 1 FORMAT JSON')).toBe('JSON');
    expect(format('select 1\nformat Arrow\n')).toBe('Arrow');
    expect(format('SELECT 1 FORMAT TSV SETTINGS max_threads = 1')).toBe('TSV');
    expect(format('SELECT 1 SETTINGS max_threads = 1 FORMAT TSV')).toBe('TSV');
    expect(format("SELECT 'x FORMAT CSV'")).toBeUndefined();
    expect(format("SELECT 'it''s \\' FORMAT CSV', `a FORMAT b`, \"c\"")).toBeUndefined();
    expect(format('SELECT 1 -- FORMAT CSV\n')).toBeUndefined();
    expect(format('SELECT 1 /* FORMAT CSV */')).toBeUndefined();
    expect(format('SELECT * FROM (SELECT 1 FORMAT CSV)')).toBeUndefined();
    expect(format('SELECT format FROM t')).toBeUndefined();
    expect(format("SELECT format('{}', 1) AS a FROM t FORMAT CSV")).toBe('CSV');
    expect(format('INSERT INTO t SELECT 1 FORMAT Null')).toBe('Null');
  });

  it('is an INSERT whose data follow the format, whatever they hold', () => {
    const sql =
      'INSERT INTO d.`t` (`a`, b) SETTINGS async_insert = 0 FORMAT JSONEachRow\n{"a": "; FORMAT CSV"}; SELECT';
    const statement = parseStatement(sql);
    expect(statement).toMatchObject({ kind: 'insert', format: 'JSONEachRow' });
    if (statement.kind !== 'insert') throw new Error('no insert');
    expect(statement.head.trim()).toBe('INSERT INTO d.`t` (`a`, b) SETTINGS async_insert = 0');
    expect(sql.slice(statement.dataAt)).toBe('\n{"a": "; FORMAT CSV"}; SELECT');
    expect(parseStatement("INSERT INTO t VALUES (1, 'a;b'); (2, 'FORMAT CSV')")).toMatchObject({ kind: 'other' });
  });

  it('may end with a semicolon and is refused where another one follows', () => {
    expect(parseStatement('SELECT 1; ')).toMatchObject({ sql: 'SELECT 1', readOnly: true });
    expect(() => parseStatement('SELECT 1; DROP TABLE t')).toThrow(/Code: 62\..*Multi-statements/);
    expect(() => parseStatement(' -- nothing\n')).toThrow(/Code: 62\..*Empty query/);
  });

  it('is refused where it needs a session or files of the machine', () => {
    expect(() => parseStatement('SET max_threads = 1')).toThrow(/Code: 48\..*settings as parameters/);
    expect(() => parseStatement('use d')).toThrow(/Code: 48\..*database as a parameter/);
    expect(() => parseStatement("SELECT 1 INTO OUTFILE 'x' FORMAT CSV")).toThrow(/OUTFILE is not allowed/);
    expect(() => parseStatement("INSERT INTO t FROM INFILE 'x' FORMAT CSV")).toThrow(/INFILE is not allowed/);
  });

  it('reads only, or may change something', () => {
    const readOnly = (sql: string) => parseStatement(sql).kind === 'other' && parseStatement(sql);
    for (const sql of ['WITH 1 AS a SELECT a', 'SHOW TABLES', '-- x\nEXISTS t', 'DESCRIBE t', 'EXPLAIN SELECT 1'])
      expect(readOnly(sql)).toMatchObject({ readOnly: true });
    for (const sql of ['DROP TABLE t', 'ALTER TABLE t DELETE WHERE 1', 'INSERT INTO t SELECT 1', 'OPTIMIZE TABLE t'])
      expect(readOnly(sql)).toMatchObject({ readOnly: false });
  });

  it('is taken apart in a time that grows with its length, quotes that never end included', () => {
    for (const sql of [
      `SELECT '${"''".repeat(200_000)}`,
      `SELECT ${'('.repeat(200_000)}`,
      `SELECT /*${'*'.repeat(200_000)}`,
    ])
      expect(parseStatement(sql)).toMatchObject({ kind: 'other' });
  });
});
