// @azure/identity alone: a token, its lifetime, and what a refusal looks like.
import { ClientCertificateCredential } from '@azure/identity';

const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_AUTHORITY_HOST, GRAPH_HOST } =
  process.env;

const credential = new ClientCertificateCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH, {
  authorityHost: AZURE_AUTHORITY_HOST,
  // Or it would ask Microsoft whether it may trust this authority.
  disableInstanceDiscovery: true,
});
try {
  const { token, expiresOnTimestamp } = await credential.getToken(`${GRAPH_HOST}/.default`);
  await credential.getToken(`${GRAPH_HOST}/.default`);
  console.log(JSON.stringify({ token, seconds: Math.round((expiresOnTimestamp - Date.now()) / 1000) }));
} catch (error) {
  console.log(JSON.stringify({ message: error.message }));
}
