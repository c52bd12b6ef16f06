import type { CloudName } from '../../option-types.js';
import type { SetupFile } from './answers.js';

/** What the tools of administrators, and the program's environment, call a cloud. */
export interface CloudTerms {
  /** Entra admin center. */
  portal: string;
  graph: string;
  /** `az cloud set --name` */
  azure: string;
  /** `Connect-MgGraph -Environment` */
  graphPowerShell: string;
  /** `Connect-ExchangeOnline -ExchangeEnvironmentName` */
  exchange: string;
  /**
   * Which scripts for the Entra administrator can work there; the portal always does. Azure CLI knows one Graph for both US
   * government clouds, that of GCC High, and gets no token for that of DoD (azure-cli, `cloud.py`). The application of
   * Microsoft Graph PowerShell is not in the cloud of China: "Globally registered apps don't replicate to Azure China"
   * (Microsoft Graph PowerShell, Authentication commands).
   */
  entraScripts: readonly ('sh' | 'ps1')[];
  /** What the program needs beside its identity; nothing in the global cloud. */
  environment: Readonly<Record<string, string>>;
}

const usgov = { portal: 'https://entra.microsoft.us', azure: 'AzureUSGovernment' };
const both = ['sh', 'ps1'] as const;

/** The scripts among the files of an Entra administrator that can work in this cloud, and all that is not a script. */
export function workingIn(cloud: CloudTerms, files: readonly SetupFile[]): SetupFile[] {
  return files.filter(({ path }) => {
    const kind = /\.(sh|ps1)$/.exec(path)?.[1];
    return kind === undefined || cloud.entraScripts.some((one) => one === kind);
  });
}

export const CLOUD_TERMS: Readonly<Record<CloudName, CloudTerms>> = {
  global: {
    portal: 'https://entra.microsoft.com',
    graph: 'https://graph.microsoft.com',
    azure: 'AzureCloud',
    graphPowerShell: 'Global',
    exchange: 'O365Default',
    entraScripts: both,
    environment: {},
  },
  usgov: {
    ...usgov,
    graph: 'https://graph.microsoft.us',
    graphPowerShell: 'USGov',
    exchange: 'O365USGovGCCHigh',
    entraScripts: both,
    environment: { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us' },
  },
  'usgov-dod': {
    ...usgov,
    graph: 'https://dod-graph.microsoft.us',
    graphPowerShell: 'USGovDoD',
    exchange: 'O365USGovDoD',
    entraScripts: ['ps1'],
    environment: {
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
      GRAPH_MAIL_GRAPH_HOST: 'https://dod-graph.microsoft.us',
    },
  },
  china: {
    portal: 'https://entra.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    azure: 'AzureChinaCloud',
    graphPowerShell: 'China',
    exchange: 'O365China',
    entraScripts: ['sh'],
    environment: { AZURE_AUTHORITY_HOST: 'https://login.chinacloudapi.cn' },
  },
};
