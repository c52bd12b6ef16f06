export type {
  PartSize,
  PreflightEntry,
  PreflightFinding,
  PreflightFindingData,
  PreflightKind,
  PreflightSeverity,
  PreflightVerdict,
} from './finding.js';
export type { PreflightMail } from './mail-view.js';
export type { GraphPreflightOptions } from './options.js';
export { type GraphPreflight, graphPreflight } from './preflight.js';
export type { PreflightExample, PreflightSummary } from './summary.js';
export { formatPreflight } from './summary.js';
