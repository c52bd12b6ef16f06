import type { Settings } from '../../options/settings.js';
import type { ComposedMail } from '../common/types.js';
import { headerOf, type Leaf, type TreeNode, typeOf } from './leaves.js';

/** Why a message cannot be taken apart, and what its sender can do about it. */
export interface Indivisible {
  reason: string;
  hint: string;
}

/** A message with the Mail object that sends it, where Nodemailer said which. */
export interface SentMail extends ComposedMail {
  mailer?: { options?: Record<string, unknown> } | undefined;
}

const smaller = 'Send smaller attachments, or links to them.';

/**
 * Why a message is one piece: taking attachments out of it and giving them back as Graph's own would break a signature,
 * or lose what only its bytes say. `undefined` when nothing speaks against it. (facts header-5, draft-13)
 */
export function indivisibleMessage(mail: SentMail, settings: Pick<Settings, 'mailer'>): Indivisible | undefined {
  const root = mail.message as TreeNode;
  if (mail.data.raw || root._raw) {
    return { reason: 'it was given as raw', hint: `Give text, html and attachments instead of raw. ${smaller}` };
  }
  if (mail.data.dkim || mail.mailer?.options?.dkim || settings.mailer.dkim) {
    return {
      reason: 'it is signed with DKIM, and the signature would not be true any more',
      hint: 'Send large messages without the option dkim: Exchange Online signs with the keys of the tenant.',
    };
  }
  return nodesOf(root)
    .map((node) => indivisibleNode(node, node === root))
    .find(Boolean);
}

function indivisibleNode(node: TreeNode, isRoot: boolean): Indivisible | undefined {
  if (node._transforms?.length || node._processFuncs?.length) {
    return {
      reason: 'a plugin changes its bytes with transform() or processFunc()',
      hint: `Send large messages without that plugin. ${smaller}`,
    };
  }
  const type = typeOf(node);
  const sealed = isRoot
    ? /^(multipart\/(signed|encrypted)|application\/(x-)?pkcs7-mime)$/
    : /^multipart\/(signed|encrypted)$/;
  if (sealed.test(type)) {
    return {
      reason: `it is signed or encrypted (${type})`,
      hint: `S/MIME and PGP seal a message as a whole. ${smaller}`,
    };
  }
  if (node._raw) return { reason: 'one of its parts was given as raw', hint: `Give its content instead. ${smaller}` };
  if (type.startsWith('multipart/') && !node.childNodes?.length && node.content) {
    return {
      reason: `one of its parts is ${type} with content of its own`,
      hint: `Give its parts one by one. ${smaller}`,
    };
  }
  return undefined;
}

/** Why an attachment can only be sent within its message. `undefined` for those that Graph takes by themselves. */
export function indivisibleAttachment({ node, name, type }: Leaf): Indivisible | undefined {
  if (type.startsWith('message/')) {
    return {
      reason: `its attachment ${name} is a message (${type}), which cannot be uploaded as a file`,
      hint: 'Attach that message as a file of another content type, for instance application/octet-stream with the name message.eml.',
    };
  }
  const encoding = headerOf(node, 'Content-Transfer-Encoding').trim();
  if (!/^(7bit|8bit|binary|base64|quoted-printable|)$/i.test(encoding)) {
    return {
      reason: `its attachment ${name} has the transfer encoding ${encoding}, which Graph has no place for`,
      hint: 'Give the content as it is, without contentTransferEncoding.',
    };
  }
  return undefined;
}

function nodesOf(node: TreeNode): TreeNode[] {
  return [node, ...(node.childNodes ?? []).flatMap(nodesOf)];
}
