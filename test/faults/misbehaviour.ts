import type { Link } from './breaking-proxy.js';
import type { Struck } from './fault-point.js';
import type { Answer } from './graph-routes.js';

/** Does something when the server has the request whole, and has done what it asks for or not. */
export const afterRequest =
  (act: (exchange: Struck, answer: Answer) => unknown) =>
  async (exchange: Struck): Promise<void> => {
    await exchange.read();
    const answer = exchange.delivered ? exchange.process() : { status: 202 };
    await act(exchange, answer);
  };

export const drop = (exchange: Struck, ending: Link['ending']) => {
  exchange.link.ending = ending;
  exchange.drop();
};

export const statusLine = ({ status }: Answer) => `HTTP/1.1 ${status} ${status === 202 ? 'Accepted' : 'OK'}\r\n`;

export const headOf = (answer: Answer, length: number) =>
  `${statusLine(answer)}content-type: application/json\r\nrequest-id: request\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`;

/** All of an answer, as it is on the wire. */
export const whole = (answer: Answer) => `${headOf(answer, answer.body?.length ?? 0)}${answer.body ?? ''}`;

/** Says something that is not the whole answer, and is gone. */
export const saying = (bytes: (answer: Answer) => string, ending: Link['ending'] | 'silence') =>
  afterRequest(async (exchange, answer) => {
    await exchange.write(bytes(answer));
    if (ending !== 'silence') return drop(exchange, ending);
    await turns();
    exchange.timeOut();
  });

/** Long enough for what was written to be read, on the one event loop that all of this runs on. */
export const turns = async (count = 50) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** The status line and the end byte by byte, what is between in pieces: each costs a turn of an event loop that all tests share. */
export const byteByByte = async (exchange: Struck, bytes: string) => {
  const [first, last] = [bytes.indexOf('\r\n') + 3, bytes.length - 5];
  for (const piece of [
    ...bytes.slice(0, first),
    ...(bytes.slice(first, last).match(/.{1,8}/gs) ?? []),
    ...bytes.slice(last),
  ]) {
    await exchange.write(piece);
    await turns(1);
  }
};

/** Answers with something else than the truth. */
export const answering = (answer: Answer) => afterRequest((exchange) => exchange.respond(answer));
