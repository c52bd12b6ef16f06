export type { PreflightEntry } from './entry.js';
export type {
  PartSize,
  PreflightFinding,
  PreflightFindingData,
  PreflightKind,
  PreflightSeverity,
  PreflightVerdict,
} from './finding.js';
export { formatPreflight } from './format.js';
export type { PreflightMail } from './mail-view.js';
export type { GraphPreflightOptions } from './options.js';
export { type GraphPreflight, graphPreflight } from './preflight.js';
export type { PreflightExample, PreflightSummary } from './summary.js';
