import type { FaultTarget } from './fault-rule.js';
import type { Scenario } from './scenarios.js';

// All that take an access token.
const on: readonly FaultTarget[] = [
  'sendMail',
  'createDraft',
  'sendDraft',
  'addAttachment',
  'createUploadSession',
  'lookup',
  'deleteDraft',
];

/** Tokens that Graph does not take any more. */
export const expiring: Omit<Scenario, 'name'> = {
  description:
    'Every fifth request is refused as if its token had expired, every twelfth of the others with a claims challenge.',
  rules: [
    { on, every: 5, status: 401 },
    // Begun two requests late, so that one after the other no retry of a refused request is refused as well.
    { on, after: 2, every: 12, claimsChallenge: true },
  ],
};
