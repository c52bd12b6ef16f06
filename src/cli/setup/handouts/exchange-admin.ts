import type { SetupFile } from '../answers.js';
import { restrictPolicyPs1 } from '../scripts/restrict-policy-ps1.js';
import { restrictRbacPs1 } from '../scripts/restrict-rbac-ps1.js';
import { exchangeByHand } from './exchange-by-hand.js';
import { exchangeReadme } from './exchange-readme.js';
import type { PacketInput } from './handout-input.js';

/** The Exchange administrator's packet: public things only. (fact access-8) */
export function exchangePacket(input: PacketInput): SetupFile[] {
  const { answers } = input;
  const script = answers.mode === 'rbac' ? restrictRbacPs1(answers) : restrictPolicyPs1(answers);
  return [
    { path: 'exchange-admin/README.md', text: exchangeReadme(input) },
    { path: 'exchange-admin/restrict-mailboxes.ps1', text: script },
    { path: 'exchange-admin/by-hand.md', text: exchangeByHand(answers) },
  ];
}
