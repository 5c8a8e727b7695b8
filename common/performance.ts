/** How good a version was on the labelled events of a window. */
export interface Performance {
  readonly model: string;
  readonly version: string;
  /** `champion` or `challenger:VERSION`. */
  readonly slot: string;
  readonly windowStartMs: number;
  readonly windowMs: number;
  readonly n: number;
  readonly positives: number;
  /** Mean, in nats. */
  readonly logLoss: number;
  /** Mean squared error. */
  readonly brier: number;
  readonly meanPrediction: number;
  /** 0.5 where one class is absent. */
  readonly auc: number;
}

/** The predictions of a model for events of a window, and the labels that were known by a moment. Times in ms since 1970. */
export interface LabelWindow {
  readonly model: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Labels that became known later are not looked at. */
  readonly knownByMs: number;
}
