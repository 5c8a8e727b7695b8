import type { ModelVersion } from '../../../common/read-model.ts';
import { count, day, featureText, percent, precise } from '../format.ts';

/** Where a version comes from: data, code, quality on held-out rows, and what it listens to. */
export function Origin({ version }: { readonly version: ModelVersion }) {
  const facts = [...datasetFacts(version), ...metricFacts(version), ...otherFacts(version)];
  return (
    <dl class="facts small">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Fact = readonly [string, string];

function datasetFacts({ lineage }: ModelVersion): Fact[] {
  const dataset = (lineage['dataset'] ?? {}) as Readonly<Record<string, unknown>>;
  const { rows, from, to, id } = dataset;
  const facts: Fact[] = [];
  if (typeof rows === 'number') facts.push(['trained on', `${count(rows)} rows`]);
  if (typeof from === 'number' && typeof to === 'number') facts.push(['of', `${day(from)} – ${day(to)}`]);
  if (typeof id === 'string') facts.push(['data set', shortHash(id)]);
  return facts;
}

/** Counts of rows are said elsewhere. */
function metricFacts({ metrics }: ModelVersion): Fact[] {
  return Object.entries(metrics)
    .filter(([name]) => !name.endsWith('Rows'))
    .map(([name, value]) => [plain(name), precise(value)]);
}

function otherFacts({ lineage, artifactId, importance }: ModelVersion): Fact[] {
  const facts: Fact[] = [];
  for (const name of ['code', 'job']) {
    const value = lineage[name];
    if (typeof value === 'string') facts.push([name, shortHash(value)]);
  }
  if (artifactId !== null) facts.push(['artifact', shortHash(artifactId)]);
  const most = Object.entries(importance).sort(([, a], [, b]) => b - a);
  if (most.length > 0)
    facts.push([
      'listens to',
      most
        .slice(0, 5)
        .map(([feature, share]) => `${featureText(feature)} ${percent(share)}`)
        .join(', '),
    ]);
  return facts;
}

function shortHash(text: string): string {
  return /^[0-9a-f]{20,}$/.test(text) ? `${text.slice(0, 12)}…` : text;
}

/** `baselineLogLoss` as `baseline log loss`. */
function plain(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
