/** Asks the server, in the browser. */

export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 where nobody answered. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

let pipelineName: Promise<string> | undefined;

/** The one pipeline this server speaks of, from its own description. */
export function pipeline(): Promise<string> {
  pipelineName ??= request<{ readonly pipeline: string }>('/v1/pipeline').then((answer) => answer.pipeline);
  pipelineName.catch(() => {
    pipelineName = undefined;
  });
  return pipelineName;
}

export async function get<T>(path: string): Promise<T> {
  return request<T>(`/v1/pipelines/${encodeURIComponent(await pipeline())}${path}`);
}

export async function post<T = unknown>(path: string, body: object): Promise<T> {
  return request<T>(`/v1/pipelines/${encodeURIComponent(await pipeline())}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function request<T>(url: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new ApiError(0, 'the server does not answer');
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  const { error } = (answer ?? {}) as { readonly error?: { readonly message?: string; readonly cure?: string } };
  throw new ApiError(
    response.status,
    [error?.message ?? `HTTP ${response.status}`, error?.cure].filter(Boolean).join('. '),
  );
}
