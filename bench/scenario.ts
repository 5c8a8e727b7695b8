/** One thing that is measured. What it measures is printed, and kept for `docs/benchmarks.md`. */
export interface Scenario {
  readonly name: string;
  /** For people: what is measured, and how. */
  readonly description: string;
  /** @param directory its own, kept from run to run */
  run(directory: string, say: (text: string) => void): Promise<ScenarioResult>;
}

export interface ScenarioResult {
  /** In the order in which they are shown. */
  readonly figures: readonly { readonly name: string; readonly value: string }[];
  /** What must hold for the figures to mean anything; one that does not hold fails the run. */
  readonly checks: readonly { readonly name: string; readonly holds: boolean }[];
}

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');
