import { nearest } from '../checks/check-fields.js';
import { type Answer, jsonAnswer } from '../http/answer.js';
import type { RequestPath } from '../http/call.js';
import { RouteTable } from '../http/route-table.js';
import { DATA_HEADERS } from './security.js';

/** A request to the JSON API, as a route sees it. */
export interface ApiRequest {
  /** By the names in the route's pattern, percent-decoded. */
  parameters: Record<string, string>;
  query: URLSearchParams;
  /** What the JSON of the body says; undefined without a body. */
  body: unknown;
  /** The Host header: by which name and port the client came. */
  host?: string | undefined;
  /** Fires when the client goes away before its answer. */
  signal: AbortSignal;
}

export type ApiHandler = (request: ApiRequest) => Answer | Promise<Answer>;

/** As `['PUT', '/api/tenant/apps/{key}', handler]`. A literal segment goes before a parameter in its place. */
export type ApiRoute = readonly [method: string, pattern: string, handler: ApiHandler];

/** Thrown by a route whose request cannot be done; its message is what the client reads as `error`. */
export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Finds the route for a request and answers it, refusals included. */
export class ApiRoutes {
  readonly #table = new RouteTable<ApiHandler>();
  readonly #beginnings: string;

  constructor(routes: readonly ApiRoute[]) {
    for (const [method, pattern, handler] of routes) this.#table.add(method, pattern, handler);
    const beginnings = new Set(routes.map(([, pattern]) => pattern.split('/', 3).join('/')));
    this.#beginnings = [...beginnings].sort().join(', ');
  }

  async answer(method: string, path: RequestPath, request: Omit<ApiRequest, 'parameters' | 'query'>): Promise<Answer> {
    const match = this.#table.find(method, path.segments);
    if (match.kind === 'method-not-allowed') {
      const allow = match.allowed.join(', ');
      return jsonAnswer(405, { error: `method not allowed: this path takes ${allow}` }, { ...DATA_HEADERS, allow });
    }
    if (path.malformed !== undefined || match.kind !== 'found') {
      const elsewhere =
        path.segments[0]?.toLowerCase() === 'api'
          ? ''
          : '. Entra and Graph have a port of their own: /api/connect names it';
      return json(404, {
        error: `not found: the API has no such path${elsewhere}. Its paths begin with ${this.#beginnings}`,
      });
    }
    try {
      return await match.operation({ ...request, parameters: match.parameters, query: path.query });
    } catch (error) {
      if (error instanceof ApiRefusal) return json(error.status, { error: error.message });
      throw error;
    }
  }
}

export function json(status: number, value: unknown): Answer {
  return jsonAnswer(status, value, DATA_HEADERS);
}

export const noContent: Answer = { status: 204, headers: DATA_HEADERS };

/** The body as a JSON object. Throws a refusal (400) when it is anything else. */
export function objectBody({ body }: Pick<ApiRequest, 'body'>): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new ApiRefusal(400, 'The body must be a JSON object.');
}

/** Runs a check or a change; what it throws is the client's mistake (400), in the same words. */
export function orRefuse<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new ApiRefusal(400, error instanceof Error ? error.message : String(error));
  }
}

/** `limit` (default 50, at most 500) and `offset` (default 0) of a list; what is no number counts as not given. */
export function pageOf(query: URLSearchParams): { limit: number; offset: number } {
  return { limit: Math.min(count(query.get('limit'), 50), 500), offset: count(query.get('offset'), 0) };
}

function count(given: string | null, fallback: number): number {
  return given !== null && /^\d{1,9}$/.test(given) ? Number(given) : fallback;
}

/** Finishes the refusal of an unknown name. */
export function nearestName(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return near === undefined ? `Known are ${known.join(', ')}.` : `Did you mean "${near}"?`;
}
