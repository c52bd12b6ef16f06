import type { ThrottlingView } from '../throttling/throttling-view.js';
import { type ApiRoute, json } from './api-routes.js';

/** `GET /api/throttling`: how near the mailboxes are to Graph's limits. */
export function throttlingRoutes(view: () => ThrottlingView): ApiRoute[] {
  return [['GET', '/api/throttling', () => json(200, view())]];
}
