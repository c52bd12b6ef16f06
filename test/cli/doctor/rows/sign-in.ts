import { makeCertificate } from '../../../helpers/certificates.js';
import type { Misconfiguration } from '../misconfigurations.js';
import { intoOfficeNetwork } from '../office-network.js';
import { clientId, type DoctorFixture, rbacTenant, tenantId } from '../support.js';

const otherClient = '0b7e1f2a-3c4d-4e5f-8a9b-0c1d2e3f4a5b';
const refusing = (aadsts: number) => (fixture: DoctorFixture) => fixture.sandbox.fault({ on: 'token', aadsts });

const base: Pick<Misconfiguration, 'check' | 'exitCode'> = { check: 'Token', exitCode: 78 };

export const signInRows: Misconfiguration[] = [
  {
    ...base,
    what: 'Tenant id and client id are swapped',
    arrange: ({ env }) => Object.assign(env, { AZURE_TENANT_ID: clientId, AZURE_CLIENT_ID: tenantId }),
    says: 'AADSTS90002',
    cure: 'Swap AZURE_TENANT_ID and AZURE_CLIENT_ID',
  },
  {
    ...base,
    what: 'The tenant id of somebody else, or a typing error in it',
    arrange: ({ env }) => Object.assign(env, { AZURE_TENANT_ID: otherClient }),
    says: 'AADSTS90002',
    cure: 'There is no such tenant: check AZURE_TENANT_ID',
  },
  {
    ...base,
    what: 'The object id in the place of the client id',
    arrange: ({ env }) => Object.assign(env, { AZURE_CLIENT_ID: otherClient }),
    says: 'AADSTS700016',
    cure: 'the Object id beside it, the object id of the Enterprise application and the id of a secret look alike',
  },
  {
    ...base,
    what: 'The certificate was never uploaded',
    arrange: (fixture) =>
      Object.assign(fixture.env, { AZURE_CLIENT_CERTIFICATE_PATH: fixture.write('new.pem', makeCertificate().pem) }),
    says: 'AADSTS700027',
    cure: 'Upload the public part of this certificate (.cer)',
  },
  {
    ...base,
    what: 'The certificate was uploaded for another application',
    arrange: (fixture) => {
      const certificate = makeCertificate();
      fixture.sandbox.tenant.apps.set({ clientId: otherClient, certificates: [certificate.certificate] });
      fixture.env.AZURE_CLIENT_CERTIFICATE_PATH = fixture.write('other.pem', certificate.pem);
    },
    says: 'AADSTS700027',
    cure: 'it is listed for another application',
  },
  {
    ...base,
    what: 'The application is disabled',
    tenant: { ...rbacTenant, apps: [{ clientId, roles: [], disabled: true }] },
    says: 'AADSTS7000112',
    cure: 'activate the app registration again, where that was deactivated',
    exitCode: 77,
  },
  {
    ...base,
    what: 'The tenant lives in another cloud',
    tenant: { ...rbacTenant, cloud: 'usgov' },
    arrange: (fixture) => intoOfficeNetwork(fixture, { trusted: true }),
    says: 'AADSTS900382',
    cure: 'The tenant lives in another cloud than the one that was asked: set --cloud',
    besides: ['Connection and TLS'],
  },
  {
    ...base,
    what: 'The tenant lives in another cloud, told by its other number',
    arrange: refusing(900432),
    says: 'AADSTS900432',
    cure: 'The tenant lives in another cloud than the one that was asked: set --cloud',
  },
  {
    ...base,
    what: 'The application is registered, and has no Enterprise application in the tenant',
    arrange: refusing(7000229),
    says: 'AADSTS7000229',
    cure: 'an administrator makes it on the overview page of the app registration',
  },
  {
    ...base,
    what: 'The names in the certificate are not trusted (sendCertificateChain)',
    arrange: refusing(700030),
    says: 'AADSTS700030',
    cure: 'compares its subject with the trusted subject names and issuers of the application',
  },
  {
    ...base,
    what: 'Entra finds the key too small',
    arrange: ({ sandbox }) =>
      sandbox.fault({
        on: 'token',
        aadsts: 700027,
        message: 'RSA key size 1024 is less than the minimum required 2048 bits.',
      }),
    says: 'AADSTS700027: RSA key size 1024',
    cure: 'The RSA key is too small for Entra: make a certificate with a key of 2048 bits or more',
  },
  {
    ...base,
    what: 'Graph of a cloud that the tenant does not know',
    arrange: refusing(500011),
    says: 'AADSTS500011',
    cure: 'check --cloud',
  },
  {
    ...base,
    what: 'The certificate was revoked',
    arrange: refusing(7000214),
    says: 'AADSTS7000214',
    cure: 'The certificate was revoked: make a new one',
  },
  {
    ...base,
    what: 'Conditional access blocks the application',
    arrange: refusing(53003),
    says: 'AADSTS53003',
    cure: 'A Conditional Access policy for workload identities blocks this application here',
    exitCode: 77,
  },
  {
    ...base,
    what: 'A wrong client secret',
    arrange: ({ env }) =>
      Object.assign(env, { AZURE_CLIENT_SECRET: 'not-the-secret-of-it', AZURE_CLIENT_CERTIFICATE_PATH: undefined }),
    says: 'AADSTS7000215',
    cure: "Use the secret's Value, not its Secret ID",
    besides: ['Configuration'],
  },
  {
    ...base,
    what: 'Entra has a passing fault',
    arrange: refusing(90033),
    says: 'AADSTS90033',
    cure: 'Entra has a passing fault: try again later',
    exitCode: 75,
  },
  {
    ...base,
    what: 'The connection breaks while the token is fetched',
    arrange: (fixture) => fixture.sandbox.fault({ on: 'token', reset: 'before-answer' }),
    says: 'The connection to localhost',
    cure: 'port 443',
    exitCode: 69,
  },
];
