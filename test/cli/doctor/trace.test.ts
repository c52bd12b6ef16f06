import { afterEach, expect, it } from 'vitest';
import { traceId, tracing } from './rows/trace.js';
import { DoctorWorld, mailbox, rbacTenant } from './support.js';

let world: DoctorWorld;
afterEach(() => world.close());

const traceChecks = ({ checks }: { checks: { id: string; status: string; seen: string }[] }) =>
  checks.filter(({ id }) => id.startsWith('trace'));

it('looks at certificate, token, permission and search of an application that is set up well', async () => {
  world = await DoctorWorld.start({ ...rbacTenant, messageTracePrincipal: true });
  tracing(world);
  const examined = await world.examine({ trace: true });
  expect(examined.code).toBe(0);
  expect(traceChecks(examined).map(({ id, status }) => `${id} ${status}`)).toEqual([
    'trace ok',
    'trace-certificate ok',
    'trace-token ok',
    'trace-permission ok',
    'trace-search ok',
  ]);
  expect(examined.out).toContain(`Application ${traceId} may search it`);
  expect(world.sandbox.requests({ operation: 'messageTrace' })).toHaveLength(1);
});

it('asks for no message of the tenant', async () => {
  world = await DoctorWorld.start({ ...rbacTenant, messageTracePrincipal: true });
  tracing(world);
  await world.examine({ trace: true });
  const [search] = world.sandbox.requests({ operation: 'messageTrace' });
  const query = decodeURIComponent(search?.path ?? '');
  expect(query).toContain("senderAddress eq 'nobody@doctor.invalid'");
  expect(query).not.toContain(mailbox);
});

it('asks nothing of message trace without --trace, and says so where it is configured', async () => {
  world = await DoctorWorld.start(rbacTenant);
  expect(traceChecks(await world.examine())).toEqual([]);
  tracing(world);
  const examined = await world.examine();
  expect(examined.code).toBe(0);
  expect(traceChecks(examined)).toMatchObject([{ id: 'trace', status: 'skipped' }]);
  expect(world.sandbox.requests({ operation: 'messageTrace' })).toEqual([]);
});

it('checks nothing that hangs on a fault, and has neither token nor key in bundle or output', async () => {
  world = await DoctorWorld.start({ ...rbacTenant, messageTracePrincipal: true });
  tracing(world, { roles: [] });
  const examined = await world.examine({ trace: true });
  expect(traceChecks(examined).at(-1)).toMatchObject({ id: 'trace-search', status: 'skipped' });
  expect(world.sandbox.requests({ operation: 'messageTrace' })).toEqual([]);
  expect(examined.out + examined.bundle).not.toMatch(/eyJ[\w-]{10}|PRIVATE KEY/);
  expect(JSON.parse(examined.bundle).configuration.GRAPH_MAIL_TRACE_CLIENT_ID).toEqual({
    from: 'environment',
    value: traceId,
  });
});
