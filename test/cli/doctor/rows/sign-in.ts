import { makeCertificate } from '../../../helpers/certificates.js';
import type { Misconfiguration } from '../misconfigurations.js';
import { intoOfficeNetwork } from '../office-network.js';
import { clientId, type DoctorWorld, rbacTenant, tenantId } from '../support.js';

const otherClient = '0b7e1f2a-3c4d-4e5f-8a9b-0c1d2e3f4a5b';
const refusing = (aadsts: number) => (world: DoctorWorld) => world.sandbox.fault({ on: 'token', aadsts });

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
    cure: 'There is no such tenant: check tenantId',
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
    arrange: (world) =>
      Object.assign(world.env, { AZURE_CLIENT_CERTIFICATE_PATH: world.write('new.pem', makeCertificate().pem) }),
    says: 'AADSTS700027',
    cure: 'Upload the public part of this certificate (.cer)',
  },
  {
    ...base,
    what: 'The certificate was uploaded for another application',
    arrange: (world) => {
      const certificate = makeCertificate();
      world.sandbox.tenant.apps.set({ clientId: otherClient, certificates: [certificate.certificate] });
      world.env.AZURE_CLIENT_CERTIFICATE_PATH = world.write('other.pem', certificate.pem);
    },
    says: 'AADSTS700027',
    cure: 'it is listed for another application',
  },
  {
    ...base,
    what: 'The application is disabled',
    tenant: { ...rbacTenant, apps: [{ clientId, roles: [], disabled: true }] },
    says: 'AADSTS7000112',
    cure: 'an administrator can enable it under Enterprise applications',
    exitCode: 77,
  },
  {
    ...base,
    what: 'The tenant lives in another cloud',
    tenant: { ...rbacTenant, cloud: 'usgov' },
    arrange: (world) => intoOfficeNetwork(world, { trusted: true }),
    says: 'AADSTS90038',
    cure: 'The tenant lives in a national cloud: set the option cloud',
    besides: ['Connection and TLS'],
  },
  {
    ...base,
    what: 'Graph of a cloud that the tenant does not know',
    arrange: refusing(500011),
    says: 'AADSTS500011',
    cure: 'check the option cloud',
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
    arrange: (world) => world.sandbox.fault({ on: 'token', reset: 'before-answer' }),
    says: 'The connection to localhost',
    cure: 'port 443',
    exitCode: 69,
  },
];
