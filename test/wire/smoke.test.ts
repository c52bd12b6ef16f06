import nodemailer from 'nodemailer';
import { expect, test } from 'vitest';
import { graphTransport } from '../../src/index.js';
import { baseOptions, smallMail } from '../helpers/fixtures.js';
import { startRawServer } from '../helpers/raw-server.js';

test('smoke', async () => {
  const server = await startRawServer();
  const t = nodemailer.createTransport(graphTransport({ ...baseOptions, cloud: server.cloud }));
  console.log(await t.sendMail(smallMail));
  console.log(server.bodies[0]?.toString(), server.tokenRequests);
  t.close();
  await server.close();
});
