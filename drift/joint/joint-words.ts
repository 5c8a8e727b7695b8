import { formatNumber, listOf } from '../cause/words.ts';
import type { JointFeature, JointMeasures, JointTest } from './joint-tests.ts';
import type { PairChange } from './pair-change.ts';

/** What changed between several features, in one clause; for an alarm. */
export function jointWords(feature: JointFeature, test: JointTest, measures: JointMeasures): string {
  switch (feature) {
    case '@joint:correlation':
      return correlationWords(test, measures);
    case '@joint:mutual-information':
      return informationWords(test, measures);
    case '@joint:pca':
      return componentWords(measures);
    case '@joint:classifier':
      return classifierWords(measures);
  }
}

/** What stands for the test where nothing alarms: `AUC 0.51`. */
export function jointNumbers(feature: JointFeature, measures: JointMeasures): string {
  const { correlation, information, components, classifier } = measures;
  if (feature === '@joint:correlation') return greatestText('rank correlation', correlation.greatest);
  if (feature === '@joint:mutual-information') return greatestText('mutual information', information.greatest, ' bits');
  if (feature === '@joint:pca')
    return `mean reconstruction error ${formatNumber(components?.reference ?? 0)} in the reference, ${formatNumber(components?.current ?? 0)} now`;
  return `AUC of a classifier ${formatNumber(classifier?.auc ?? 0.5)}, where 0.5 is chance`;
}

/** Features that a person has to look at. */
export function concernedBy(feature: JointFeature, test: JointTest, measures: JointMeasures): readonly string[] {
  if (feature === '@joint:pca') return [];
  if (feature === '@joint:classifier') return telling(measures).map((one) => one.feature);
  const { greatest } = feature === '@joint:correlation' ? measures.correlation : measures.information;
  return greatest === undefined || !test.endsWith('_max') ? [] : [greatest.a, greatest.b];
}

function correlationWords(test: JointTest, { correlation }: JointMeasures): string {
  const { greatest, count } = correlation;
  if (greatest === undefined) return 'nothing was compared';
  const pair = `${greatest.a} and ${greatest.b}`;
  const numbers = `rank correlation ${rounded(greatest.reference)} in the reference, ${rounded(greatest.current)} now`;
  if (test === 'correlation_max') return `${pair} no longer go together as before: ${numbers}`;
  return `the features no longer go together as before, over ${count} pairs; most ${pair}: ${numbers}`;
}

function informationWords(test: JointTest, { information }: JointMeasures): string {
  const { greatest, count } = information;
  if (greatest === undefined) return 'nothing was compared';
  const more = greatest.current > greatest.reference ? 'more' : 'less';
  const pair = `${greatest.a} and ${greatest.b} tell ${more} of each other than before`;
  const numbers = `mutual information ${bits(greatest.reference)} bits in the reference, ${bits(greatest.current)} now`;
  if (test === 'mutual_information_max') return `${pair}: ${numbers}`;
  return `what the features tell of each other has changed, over ${count} pairs; ${pair}: ${numbers}`;
}

function componentWords({ components }: JointMeasures): string {
  if (components === undefined) return 'nothing was compared';
  const { reference, current, kept, columns } = components;
  const how = current > reference ? 'no longer keep to' : 'keep more closely to';
  return `the events ${how} the pattern of the reference: mean distance from its ${kept} main directions of ${columns} ${formatNumber(current)}, ${formatNumber(reference)} in the reference`;
}

function classifierWords(measures: JointMeasures): string {
  const { classifier } = measures;
  const by = telling(measures).map(({ feature }) => feature);
  const from = by.length === 0 ? '' : ` by ${listOf(by)}`;
  return `the events can be told from those of the reference${from}: AUC of a classifier ${rounded(classifier?.auc ?? 0.5)}, where 0.5 is chance`;
}

/** Features whose shuffling costs the classifier a fifth of what it knows, the most telling first; at least one, at most four. */
function telling({ classifier }: JointMeasures): readonly { readonly feature: string; readonly loss: number }[] {
  if (classifier === undefined) return [];
  const least = (classifier.auc - 0.5) / 5;
  return classifier.attributions.filter(({ loss }, at) => loss > 0 && (at === 0 || loss >= least)).slice(0, 4);
}

function greatestText(what: string, pair: PairChange | undefined, unit = ''): string {
  if (pair === undefined) return `${what}: no pair to compare`;
  const show = unit === '' ? rounded : bits;
  return `${what} of ${pair.a} and ${pair.b} ${show(pair.reference)}${unit} in the reference, ${show(pair.current)} now`;
}

function rounded(value: number): string {
  return value.toFixed(2).replace(/^-0\.00$/, '0.00');
}

/** An estimate less its bias may fall below the least there can be. */
function bits(value: number): string {
  return rounded(Math.max(0, value));
}
