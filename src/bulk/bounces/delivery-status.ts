import type { BounceAction, BouncedRecipient } from './bounce.js';
import { isHard, judgeStatus } from './bounce-status.js';
import { plainAddress } from './plain-address.js';

export interface DeliveryStatus {
  reportingMta?: string;
  recipients: BouncedRecipient[];
}

/** The fields of a message/delivery-status part: a block about the message, and one for each recipient (RFC 3464 §2). */
export function parseDeliveryStatus(text: string): DeliveryStatus {
  const blocks = text
    .split(/\r?\n[ \t]*\r?\n/)
    .map(fieldsOf)
    .filter((fields) => fields.size > 0);
  const reportingMta = blocks.map((fields) => fields.get('reporting-mta')).find((mta) => mta !== undefined);
  return {
    ...(reportingMta !== undefined && { reportingMta: afterType(reportingMta) }),
    recipients: blocks.flatMap(recipientOf),
  };
}

function recipientOf(fields: Map<string, string>): BouncedRecipient[] {
  // The original one is what the mail was sent to, where somebody forwards it.
  const address = plainAddress(fields.get('original-recipient')) ?? plainAddress(fields.get('final-recipient'));
  if (address === undefined) return [];
  const status = /[245]\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0];
  const code = fields.get('diagnostic-code');
  const diagnostic = code === undefined ? undefined : afterType(code);
  const action = actionOf(fields.get('action'), status);
  const verdict = judgeStatus(status, diagnostic);
  return [
    {
      address,
      action,
      ...(verdict.status !== undefined && { status: verdict.status }),
      ...(diagnostic !== undefined && { diagnostic }),
      fault: verdict.fault,
      hard: isHard(action, verdict),
    },
  ];
}

function actionOf(written: string | undefined, status: string | undefined): BounceAction {
  const word = /[a-z]+/i.exec(written ?? '')?.[0].toLowerCase();
  const known = (['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const).find((action) => action === word);
  if (known !== undefined) return known;
  return status?.startsWith('2') ? 'delivered' : 'failed';
}

function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !fields.has(name.toLowerCase()))
      fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

/** What stands behind `dns;`, `smtp;` and their like. */
function afterType(value: string): string {
  return value.replace(/^[\w./+-]+[ \t]*;/, '').trim();
}
