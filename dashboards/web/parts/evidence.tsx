import { precise } from '../format.ts';

/** Whatever a decision was based on, flattened to names and numbers. */
export function Evidence({ evidence }: { readonly evidence: Readonly<Record<string, unknown>> }) {
  const facts = flatten(evidence, '');
  if (facts.length === 0) return null;
  return (
    <span class="evidence-facts">
      {facts.map(([name, value]) => (
        <span key={name}>
          {name} <b>{value}</b>
        </span>
      ))}
    </span>
  );
}

function flatten(document: Readonly<Record<string, unknown>>, prefix: string): (readonly [string, string])[] {
  return Object.entries(document).flatMap(([name, value]): (readonly [string, string])[] => {
    const label = `${prefix}${name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`;
    if (typeof value === 'number')
      return [[label, Number.isInteger(value) ? value.toLocaleString('en') : precise(value)]];
    if (typeof value === 'string' || typeof value === 'boolean') return [[label, String(value)]];
    if (Array.isArray(value))
      return [[label, value.map((one) => (typeof one === 'number' ? precise(one) : String(one))).join(' … ')]];
    if (typeof value === 'object' && value !== null)
      return flatten(value as Readonly<Record<string, unknown>>, `${label} `);
    return [];
  });
}
