// What this transport is held to.

const own = 'graph-transport';
const reference = 'compose-and-post';

/** @returns each target in words with what was measured, and whether it is met */
export function judgeTargets(summary, tokens) {
  const scenario = (name) => summary.find((one) => one.name === name);
  const speed = (name, other) => scenario(name).ratio('mailsPerSecond', own, other);
  const cpu = (name) => scenario(name).ratio('cpu', own, reference);
  const atLeast = (text, value, limit) => ({
    met: value >= limit,
    text: `${text}: ${value.toFixed(3)}, at least ${limit}`,
  });
  const atMost = (text, value, limit) => ({
    met: value <= limit,
    text: `${text}: ${value.toFixed(3)}, at most ${limit}`,
  });

  return [
    atLeast('2 KB, 20 ms: mails/s of the bound', speed('small-20', 'bare-post'), 0.95),
    atLeast('2.9 MB, 20 ms: mails/s of composing and posting', speed('large-20', reference), 0.9),
    atLeast('2.9 MB, 20 ms: mails/s of the bound', speed('large-20', 'bare-post'), 0.9),
    atMost('2 KB, 0 ms: CPU of composing and posting', cpu('small-0'), 1.15),
    atMost('2.9 MB, 0 ms: CPU of composing and posting', cpu('large-0'), 1.15),
    ...summary.flatMap(aheadOfPeers),
    ...summary.map(nothingLost),
    { met: tokens.requests === 1, text: `token requests in ${tokens.mails} mails: ${tokens.requests}, exactly 1` },
  ];
}

function aheadOfPeers({ title, rows, ratio }) {
  return rows
    .filter(({ peer }) => peer)
    .map((peer) => {
      const value = ratio('mailsPerSecond', own, peer.name);
      return { met: value > 1, text: `${title}: mails/s of ${peer.title}: ${value.toFixed(2)}, more than 1` };
    });
}

function nothingLost({ title, rows }) {
  const { failed, lost, duplicated } = rows.find((row) => row.own);
  return {
    met: failed + lost + duplicated === 0,
    text: `${title}: ${failed} failed, ${lost} lost, ${duplicated} twice, none of each`,
  };
}
