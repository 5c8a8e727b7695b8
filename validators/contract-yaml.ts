import { Document, isMap, isScalar, type Pair } from 'yaml';
import type { Contract, ContractFeature } from './contract.ts';

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
    if (isMap(pair.value)) pair.value.flow = true;
    if (!isScalar(pair.key)) continue;
    const lines = notes.get(String(pair.key.value)) ?? [];
    if (lines.length > 0) pair.key.commentBefore = lines.map((line) => ` ${line.replaceAll('\n', ' ')}`).join('\n');
  }
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
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
