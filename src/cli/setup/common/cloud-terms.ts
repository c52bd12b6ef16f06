import type { CloudName } from '../../../options/types.js';

/** What the tools of administrators, and the program's environment, call a cloud. (fact cloud-5) */
export interface CloudTerms {
  /** Entra admin center. */
  portal: string;
  graph: string;
  /**
   * `az cloud set --name`. Nothing where Azure CLI cannot work: it knows one Graph for both US government clouds, that of GCC High,
   * and gets no token for that of DoD (azure-cli, `cloud.py`).
   */
  azure: string | undefined;
  /**
   * `Connect-MgGraph -Environment`. Nothing where its own application is not registered: "Globally registered apps don't replicate
   * to Azure China. You must register your own" (Microsoft Graph PowerShell, authentication commands).
   */
  graphPowerShell: string | undefined;
  /** `Connect-ExchangeOnline -ExchangeEnvironmentName` */
  exchange: string;
  /** What the program needs beside its identity; nothing in the global cloud. */
  environment: Readonly<Record<string, string>>;
}

const usgov = { portal: 'https://entra.microsoft.us', azure: 'AzureUSGovernment' };

export const CLOUD_TERMS: Readonly<Record<CloudName, CloudTerms>> = {
  global: {
    portal: 'https://entra.microsoft.com',
    graph: 'https://graph.microsoft.com',
    azure: 'AzureCloud',
    graphPowerShell: 'Global',
    exchange: 'O365Default',
    environment: {},
  },
  usgov: {
    ...usgov,
    graph: 'https://graph.microsoft.us',
    graphPowerShell: 'USGov',
    exchange: 'O365USGovGCCHigh',
    environment: { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us' },
  },
  'usgov-dod': {
    ...usgov,
    azure: undefined,
    graph: 'https://dod-graph.microsoft.us',
    graphPowerShell: 'USGovDoD',
    exchange: 'O365USGovDoD',
    environment: {
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
      GRAPH_MAIL_GRAPH_HOST: 'https://dod-graph.microsoft.us',
    },
  },
  china: {
    portal: 'https://entra.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    azure: 'AzureChinaCloud',
    graphPowerShell: undefined,
    exchange: 'O365China',
    environment: { AZURE_AUTHORITY_HOST: 'https://login.chinacloudapi.cn' },
  },
};
