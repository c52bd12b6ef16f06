import type { RequestLogEntry } from '../http/request-log.js';

/** A request in the story of a message. */
export interface StoryRequest extends RequestLogEntry {
  /** Milliseconds since the request before it ended (began, when that got no answer); 0 for the first. */
  wait: number;
}

// Requests of one message to each side of the one that submitted it; who sends thousands under one Message-ID wants no
// more.
export const FARTHEST = 100;

/**
 * The part of the requests about one Message-ID, oldest first, that tells of the submission that the one at `own` made.
 * Messages may share a Message-ID, when a client sends again what was taken already:
 * - a story begins with the first attempt after the last one before `own` of which the client knows that it was taken;
 * - it ends before the next attempt when the client knows of `own` that it was taken, otherwise before the next one that
 *   was taken.
 * So the stories of two messages overlap where the client did not know that the first was there.
 */
export function storyOf(own: number, requests: readonly RequestLogEntry[]): RequestLogEntry[] {
  const submitting = requests[own];
  if (!submitting) return [];
  const before = requests.slice(Math.max(0, own - FARTHEST), own);
  const after = requests.slice(own + 1, own + 1 + FARTHEST);
  const known = before.findLastIndex(isConfirmed);
  const fresh = before.slice(known + 1);
  const first = known < 0 ? 0 : fresh.findIndex(isAttempt);
  const end = after.findIndex(isConfirmed(submitting) ? isAttempt : isTaken);
  return [...(first < 0 ? [] : fresh.slice(first)), submitting, ...(end < 0 ? after : after.slice(0, end))];
}

/** Adds to each request how long the client waited before it. */
export function withWaits(requests: readonly RequestLogEntry[]): StoryRequest[] {
  return requests.map((entry, index) => {
    const before = requests[index - 1];
    return { ...entry, wait: before ? waitBetween(before, entry) : 0 };
  });
}

export function waitBetween(before: RequestLogEntry, entry: RequestLogEntry): number {
  return Math.max(0, Math.round(entry.at.getTime() - before.at.getTime() - (before.durationMs ?? 0)));
}

/** How often a client tried to have a message sent; at least once. */
export function countAttempts(story: readonly RequestLogEntry[]): number {
  return Math.max(1, story.filter(isSend).length);
}

function isSend({ operation }: RequestLogEntry): boolean {
  return operation === 'sendMail' || operation === 'sendDraft';
}

function isAttempt(entry: RequestLogEntry): boolean {
  return isSend(entry) || entry.operation === 'createDraft';
}

function isTaken(entry: RequestLogEntry): boolean {
  return isSend(entry) && entry.delivered === true;
}

function isConfirmed(entry: RequestLogEntry): boolean {
  return isTaken(entry) && entry.status !== undefined && entry.status < 300;
}
