import type { JournalRecord } from '../../src/bulk/journal/records.js';

/** Operations on files at which a session can end. */
export type FileOperation =
  | 'open'
  | 'write'
  | 'datasync'
  | 'sync'
  | 'truncate'
  | 'close'
  | 'mkdir'
  | 'rename'
  | 'link'
  | 'unlink'
  | 'readdir';

/** At an operation on a file. */
export interface FileStrike {
  at: 'file';
  operation: FileOperation;
  /** `'half'`: when half of what is to be written was written. */
  when: 'before' | 'half' | 'after';
  /** A piece of the path; without it, any. */
  path?: string;
  /** Only a write of such a record to the journal, or its synchronisation. */
  record?: { type: JournalRecord['type']; row?: number; event?: 'start' | 'end' };
  /** The n-th that fits, from 1. */
  nth?: number;
  /** Milliseconds; with `'after'`, how long the process goes on before it ends. */
  later?: number;
}

/** At any operation on a file, whatever it is: before the n-th. */
export interface AnyFileStrike {
  at: 'any-file';
  nth: number;
}

/** At a request to Graph: when all of it was given to the system, or when the head of its answer has come. */
export interface RequestStrike {
  at: 'request' | 'answer';
  method: 'GET' | 'POST' | 'DELETE';
  /** The end of the path, without the query. */
  path: string;
  nth?: number;
}

/** While the reports are written. */
export interface ReportStrike {
  at: 'report';
  operation: 'open' | 'rename';
  when: 'before' | 'after';
  nth: number;
}

/** By the process itself. */
export type OwnStrike = FileStrike | AnyFileStrike | RequestStrike | ReportStrike;

/** What one process is to do. */
export interface SessionOrder {
  folder: string;
  rows: number;
  /** The domain of the recipients. */
  domain: string;
  from: readonly string[];
  transport: {
    cloud: { authorityHost: string; graphHost: string; ca: string };
    token: string;
    delivery: 'direct' | 'draft';
    onUnknown: 'fail' | 'verify';
  };
  unknown: 'hold' | 'verify' | 'resend';
  /** Milliseconds by which the run's clock is behind: mail of an earlier session is not waited for. */
  behind: number;
  strike?: OwnStrike;
}

export const addressOf = (row: number, domain: string) => `r${row}@${domain}`;
