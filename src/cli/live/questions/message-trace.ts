import { answerInWords } from '../common/exchange.js';
import { byMessageTrace } from '../common/folders.js';
import { ProbeFailure, type Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

const STATUSES = [
  'gettingStatus',
  'pending',
  'failed',
  'delivered',
  'expanded',
  'quarantined',
  'filteredAsSpam',
  'recalled',
];
/** Of the tenant's 100 requests in five minutes. (fact trace-2) */
const MOST_LOOKS = 5;

/**
 * How soon the message trace lists what was sent, seen without waiting: some of the run's own messages are looked for, from
 * the first to the last, each by its Message-ID, so that nobody else's mail is shown. (facts trace-1, trace-3)
 */
export const messageTrace: readonly Question[] = [
  {
    id: 'message-trace.1',
    facts: ['trace-1', 'trace-2', 'trace-3'],
    topic: 'the message trace',
    assumption: 'lists the first message of the run by the end of the run',
    needs: ['Mail.Send'],
    look: async (target) => {
      if (!target.place.trace) return 'needs an application that may read it: GRAPH_MAIL_TRACE_CLIENT_ID and the like';
      const last = target.sent.length - 1;
      const some = Array.from({ length: MOST_LOOKS }, (_, at) => Math.round((last * at) / (MOST_LOOKS - 1)));
      const chosen = [...new Set(some)].flatMap((at) => target.sent[at] ?? []);
      if (chosen.length === 0) return 'nothing was sent before';
      const token = await traceToken(target, target.place.trace);
      const seen: { age: number; status: string | undefined }[] = [];
      for (const { messageId, at } of chosen) {
        const reply = await target.request(
          `/v1.0/admin/exchange/tracing/messageTraces?${byMessageTrace(messageId)}&$top=10`,
          { headers: { authorization: `Bearer ${token}` } },
        );
        if (reply.status !== 200) return `the trace answered ${answerInWords(reply)}`;
        const [entry] = Array.isArray(reply.json?.value) ? reply.json.value : [];
        const known = STATUSES.find((one) => one === entry?.status) ?? 'another status';
        seen.push({ age: Math.round((target.elapsed() - at) / 1000), status: entry && known });
      }
      const words = seen.map(({ age, status }) => `${age} s after it was sent: ${status ?? 'not listed'}`);
      return { held: seen[0]?.status !== undefined, seen: words.join('; ') };
    },
  },
];

async function traceToken(target: Target, { clientId, certificate }: { clientId: string; certificate: string }) {
  const client_assertion = target.assertion({ clientId, certificate });
  const reply = await target.token({ client_id: clientId, client_assertion });
  if (typeof reply.json?.access_token === 'string') return reply.json.access_token;
  throw new ProbeFailure(`no access token for the trace: ${answerInWords(reply)}`);
}
