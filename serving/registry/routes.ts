/** Which versions of a model see the events: the champion answers, challengers score in shadow. */
export interface Routes {
  readonly champion?: string;
  /** In order of their becoming one. */
  readonly challengers: readonly string[];
}
