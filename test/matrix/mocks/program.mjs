// node program.mjs nock|msw first|last: whether the mock is imported before this package or after it.
import nodemailer from 'nodemailer';
import promises from './promises.cjs';

const [name, order] = process.argv.slice(2);
const mock = async () =>
  name === 'nock' ? import('nock') : { ...(await import('msw')), ...(await import('msw/node')) };
const early = order === 'first' ? await mock() : undefined;
const { graphTransport } = await import('../../../dist/esm/index.js');
promises.promises(name, early ?? (await mock()), nodemailer, graphTransport);
