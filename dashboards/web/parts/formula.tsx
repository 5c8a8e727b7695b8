import { formulaOf } from '../../../drift/judge/formulas.ts';

/** The rule behind a statistic, as a formula and in words. */
export function FormulaOf({ statistic }: { readonly statistic: string }) {
  const rule = formulaOf(statistic);
  if (rule === undefined) return <p class="hush">{statistic.replaceAll('_', ' ')}: see docs/methods for its rule.</p>;
  return (
    <>
      <p class="formula">{rule.formula}</p>
      <p class="hush">{rule.words}</p>
    </>
  );
}
