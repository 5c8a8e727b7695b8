import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../../../drift/statistics/', import.meta.url);
type Module = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** ` * @example call(arguments) // result`, the result a number or an object of numbers, cut to the digits that stand there. */
const examples = readdirSync(folder).flatMap((file) =>
  [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^ \* @example (\w+)\((.*)\) \/\/ (.*)$/gm)].map(
    ([, name = '', args = '', result = '']) => ({ file, name, args, result }),
  ),
);

function expectDigits(actual: unknown, written: string): void {
  const [, decimals = ''] = /\.(\d+)/.exec(written) ?? [];
  const wanted = Number(written);
  const unit = written.includes('e') ? Math.abs(wanted) / 10 : 10 ** -decimals.length;
  expect(Math.abs((actual as number) - wanted), `${actual} for ${written}`).toBeLessThanOrEqual(unit * 0.51);
}

describe('the examples of drift/statistics', () => {
  it('are there', () => expect(examples.length).toBeGreaterThan(35));

  it.each(examples)('$file: $name($args)', async ({ file, name, args, result }) => {
    const module = (await import(new URL(file, folder).href)) as Module;
    const values = new Function(`return [${args}]`)() as unknown[];
    const actual = module[name]?.(...values);
    if (!result.startsWith('{')) return expectDigits(actual, result);
    for (const [, key = '', written = ''] of result.matchAll(/(\w+): ([-\d.e]+)/g))
      expectDigits((actual as Record<string, number>)[key], written);
  });
});
