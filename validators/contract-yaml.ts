import { Document, isMap, isScalar, isSeq, type Pair } from 'yaml';
import type { Contract, ContractFeature } from './contract.ts';

const lineWidth = 120;
const shortDomain = 8;

/**
 * The file of a contract, without what is default anyway; reading it back gives the same contract.
 *
 * @param notes comments by feature, each line of which stands above it
 */
export function contractToYaml(contract: Contract, notes: ReadonlyMap<string, readonly string[]> = new Map()): string {
  const { name, version, description, unknownFields, features, rules } = contract;
  const document = new Document({
    contract: name,
    version,
    ...(description === undefined ? {} : { description }),
    unknownFields,
    features: Object.fromEntries(features.map((feature) => [feature.name, featureForm(feature)])),
    ...(rules.length === 0 ? {} : { rules }),
  });
  const map = document.get('features');
  for (const pair of isMap(map) ? (map.items as Pair[]) : []) {
    if (!isMap(pair.value)) continue;
    const values = pair.value.getIn(['domain', 'values']);
    // On one line, unless a domain makes it long.
    if (isSeq(values) && values.items.length > shortDomain) values.flow = true;
    else pair.value.flow = true;
    if (!isScalar(pair.key)) continue;
    const lines = notes.get(String(pair.key.value)) ?? [];
    if (lines.length > 0) pair.key.commentBefore = lines.map((line) => ` ${line.replaceAll('\n', ' ')}`).join('\n');
  }
  return fillLists(document.toString({ lineWidth, flowCollectionPadding: true }));
}

function featureForm({ name, path, required, onTypeMismatch, domain, otherwise, derive, ...rest }: ContractFeature) {
  const { type, ...limits } = rest;
  const values = type === 'string' ? domain?.values : domain?.values.map(Number);
  return {
    type,
    ...(path === `/${name}` ? {} : { path }),
    ...(required ? { required } : {}),
    ...limits,
    ...(domain === undefined ? {} : { domain: { values, otherwise: domain.otherwise } }),
    ...(onTypeMismatch === 'reject' ? {} : { onTypeMismatch }),
    ...(otherwise === 'flag' ? {} : { otherwise }),
    ...(derive === undefined ? {} : { derive: { [derive.kind]: derive.from } }),
  };
}

/** A list that does not fit a line is written one value a line: hundreds of lines for a domain. This fills the lines. */
function fillLists(text: string): string {
  return text.replace(/^( *)\[\n((?:\1 {2}\S.*\n)+)\1\](?=[,\n])/gm, (all, indent: string, body: string) => {
    const values = body.trimEnd().split('\n');
    // A long text in quotes may itself go over lines; then all stays as it is.
    if (!values.every((value, at) => value.endsWith(',') === at < values.length - 1)) return all;
    const lines: string[] = [];
    let line = `${indent}  `;
    for (const value of values.map((one) => one.trim())) {
      if (line.length + value.length > lineWidth && line.trim() !== '') {
        lines.push(line.trimEnd());
        line = `${indent}  `;
      }
      line += `${value} `;
    }
    return `${indent}[\n${[...lines, line.trimEnd()].join('\n')}\n${indent}]`;
  });
}
