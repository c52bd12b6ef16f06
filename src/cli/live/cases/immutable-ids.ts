import { until } from '../common/folders.js';
import { ProbeFailure, type Topic } from '../common/probe.js';
import { docs, reports } from '../common/sources.js';
import { messagePath } from '../common/target.js';

const headers = { prefer: 'IdType="ImmutableId"' };

export const immutableIds: Topic = {
  topic: 'immutable ids',
  cases: [
    {
      id: 'immutable-ids.1',
      facts: ['draft-6'],
      behaviour: 'sendMail takes the preference and confirms it',
      mark: 'reported',
      source: reports.liveHeaders,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('preference'), { headers }),
      answer: { status: 202, headers: { 'preference-applied': /IdType="?ImmutableId"?/ } },
    },
    {
      id: 'immutable-ids.2',
      facts: ['draft-6'],
      behaviour: 'a draft has another id with the preference than without',
      mark: 'documented',
      source: docs.immutableIds,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('two ids'));
        const reply = await target.graph('GET', `${messagePath(json.id)}?$select=id`, { headers });
        if (reply.json.id === json.id) throw new ProbeFailure('the two ids are the same');
        return reply;
      },
      answer: { status: 200, headers: { 'preference-applied': /ImmutableId/ } },
    },
    {
      id: 'immutable-ids.3',
      facts: ['draft-6'],
      behaviour: 'the immutable id stays when the draft is sent',
      mark: 'documented',
      source: docs.immutableIds,
      needs: ['Mail.ReadWrite', 'Mail.Send'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('same id'), { headers });
        await target.graph('POST', `${messagePath(json.id)}/send`, { headers });
        return until(
          target,
          () => target.graph('GET', `${messagePath(json.id)}?$select=id,isDraft`, { headers }),
          (reply) => reply.json?.isDraft === false,
        );
      },
      answer: { status: 200, json: { isDraft: false } },
    },
  ],
};
