import { afterEach, expect, it } from 'vitest';
import { traceId, tracing } from './rows/trace.js';
import { DoctorFixture, mailbox, rbacTenant } from './support.js';

let fixture: DoctorFixture;
afterEach(() => fixture.close());

const traceChecks = ({ checks }: { checks: { id: string; status: string; seen: string }[] }) =>
  checks.filter(({ id }) => id.startsWith('trace'));

it('looks at certificate, token, permission and search of an application that is set up well', async () => {
  fixture = await DoctorFixture.start({ ...rbacTenant, messageTracePrincipal: true });
  tracing(fixture);
  const doctorRun = await fixture.runDoctor({ trace: true });
  expect(doctorRun.code).toBe(0);
  expect(traceChecks(doctorRun).map(({ id, status }) => `${id} ${status}`)).toEqual([
    'trace ok',
    'trace-certificate ok',
    'trace-token ok',
    'trace-permission ok',
    'trace-search ok',
  ]);
  expect(doctorRun.out).toContain(`Application ${traceId} may search it`);
  expect(fixture.sandbox.requests({ operation: 'messageTrace' })).toHaveLength(1);
});

it('asks for no message of the tenant', async () => {
  fixture = await DoctorFixture.start({ ...rbacTenant, messageTracePrincipal: true });
  tracing(fixture);
  await fixture.runDoctor({ trace: true });
  const [search] = fixture.sandbox.requests({ operation: 'messageTrace' });
  const query = decodeURIComponent(search?.path ?? '');
  expect(query).toContain("senderAddress eq 'nobody@doctor.invalid'");
  expect(query).not.toContain(mailbox);
});

it('asks nothing of message trace without --trace, and says so where it is configured', async () => {
  fixture = await DoctorFixture.start(rbacTenant);
  expect(traceChecks(await fixture.runDoctor())).toEqual([]);
  tracing(fixture);
  const doctorRun = await fixture.runDoctor();
  expect(doctorRun.code).toBe(0);
  expect(traceChecks(doctorRun)).toMatchObject([{ id: 'trace', status: 'skipped' }]);
  expect(fixture.sandbox.requests({ operation: 'messageTrace' })).toEqual([]);
});

it('checks nothing that hangs on a fault, and has neither token nor key in bundle or output', async () => {
  fixture = await DoctorFixture.start({ ...rbacTenant, messageTracePrincipal: true });
  tracing(fixture, { roles: [] });
  const doctorRun = await fixture.runDoctor({ trace: true });
  expect(traceChecks(doctorRun).at(-1)).toMatchObject({ id: 'trace-search', status: 'skipped' });
  expect(fixture.sandbox.requests({ operation: 'messageTrace' })).toEqual([]);
  expect(doctorRun.out + doctorRun.bundle).not.toMatch(/eyJ[\w-]{10}|PRIVATE KEY/);
  expect(JSON.parse(doctorRun.bundle).configuration.GRAPH_MAIL_TRACE_CLIENT_ID).toEqual({
    from: 'environment',
    value: traceId,
  });
});
