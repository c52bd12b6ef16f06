import { denial, denied } from '../../http/denial.js';
import { gatewayRefusal } from '../../http/graph-errors.js';
import type { MailboxOperation } from '../graph-service.js';

/** `POST /users/{id}/mailFolders/{id}/messages`: Graph takes JSON there and refuses MIME (reported). (fact draft-9) */
export const createInFolderOperation: MailboxOperation = {
  roles: ['Mail.ReadWrite'],
  answer: async ({ call }) => {
    const type = call.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/json') return denied(unreadable);
    return gatewayRefusal(call, 501, 'NotImplemented', 'The sandbox creates drafts at /v1.0/users/{id}/messages only.');
  },
};

const unreadable = denial(400, 'UnableToDeserializePostBody', 'were unable to deserialize ');
