/** A retraining run, as an entry of `job_log` describes it. */
export interface Job {
  readonly id: string;
  readonly model: string;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed';
  /** Why it runs, in words; the incident that asked for it. */
  readonly why: string;
  readonly incidentId: string;
  /** Event time of the decision, ms since 1970. */
  readonly requestedAtMs: number;
  /** Grows when an interrupted run is started anew. */
  readonly attempt: number;
  /** Hash of the data set's file: the run can be repeated with the very same rows. */
  readonly dataset: string | null;
  readonly datasetRows: number | null;
  readonly datasetFrom: number | null;
  readonly datasetTo: number | null;
  readonly command: readonly string[];
  /** Wall clock from start to end. */
  readonly seconds: number | null;
  /** The version it made. */
  readonly version: string | null;
  readonly error: string | null;
}

export interface JobEntry {
  readonly jobId: string;
  readonly seq: number;
  readonly atMs: number;
  readonly state: Job['state'];
  readonly entry: Job;
}
