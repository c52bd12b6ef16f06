import { quoteSh } from '../../../common/shell-quoting.js';
import type { Answers } from '../answers.js';
import type { PublicCertificate } from '../certificate/public-certificate.js';
import { CLOUD_TERMS } from '../clouds.js';
import { permissionNames, permissionsOf } from '../rights.js';
import { BASH_BEGINNING, BASH_CERTIFICATE, BASH_GRANTED, BASH_KNOWN_APP } from './bash-steps.js';
import { MAIL_SEND_ROLE_ID } from './well-known-ids.js';

/** `register-app.sh`: app registration, certificate and Enterprise application, with Azure CLI. (fact setup-4) */
export function registerAppSh(
  answers: Answers,
  certificate: PublicCertificate,
  certificateFile: string,
  azure: string,
): string {
  const filter = `displayName eq '${answers.name.replaceAll("'", "''")}'`;
  const body = asciiJson({ displayName: answers.name, signInAudience: 'AzureADMyOrg' });
  return `#!/usr/bin/env bash
# Registers an application that sends mail, with Azure CLI (Bash, also in Azure Cloud Shell).
#
# Least role: Cloud Application Administrator (or Application Developer, who then owns it).
# Changes: one app registration (single tenant, no redirect URI), one certificate on it, its
#   Enterprise application. It grants no permission and changes no other application.
# Again: may be run again at any time; what is there stays as it is.
# Undo: az ad app delete --id <Application (client) id>
#
# ./register-app.sh                    registers a new application, or goes on with the one of the last run
# ./register-app.sh <client id>        uses an app registration that exists
#
# Values below are meant as they stand; functions are called by "again".
# shellcheck disable=SC2016,SC2317
set -euo pipefail

APP_NAME=${quoteSh(answers.name)}
NAME_FILTER=${quoteSh(filter)}
NEW_APP=${quoteSh(body)}
TENANT_ID=${quoteSh((answers.tenantId ?? '').toLowerCase())}
APP_ID=${quoteSh(answers.clientId ?? '')}
CLOUD=${azure}
GRAPH=${CLOUD_TERMS[answers.cloud].graph}
CERTIFICATE=${certificateFile}
ENDS=${certificate.validTo.toISOString()}
SHA1=${certificate.thumbprintSha1}
SHA1_BASE64=${quoteSh(certificate.keyIdentifier)}
${BASH_BEGINNING}${BASH_KNOWN_APP}
# The app registration, made by Graph: "az ad app create" changes an application of the same name instead of making one,
# and fails for a name with an apostrophe.
if [ -z "$app_id" ]; then
  same=$(list ad app list --filter "$NAME_FILTER" --query '[].appId')
  is_list "$same" || stop "whether there is an application called \\"$APP_NAME\\" could not be read. Nothing was changed."
  if [ "$same" != '[]' ]; then
    stop "an application called \\"$APP_NAME\\" exists already, with the Application (client) id
  $same
If it is the one to use, run: $0 <its Application (client) id>
If not, have the packets made again with another --name. Nothing was changed."
  fi
  app_id=$(ask rest --method POST --url "$GRAPH/v1.0/applications" --headers 'Content-Type=application/json' --body "$NEW_APP" --query appId)
  is_id "$app_id" || stop 'Azure CLI gave no Application (client) id for the new application. Look for it in the portal before you run this again.'
  fresh=yes
  say "Registered the application $app_id."
  printf 'Directory (tenant) id:  %s\\nApplication (client) id: %s\\n' "$tenant" "$app_id" > "$saved"
else
  say "Using the application $app_id."
fi
${BASH_CERTIFICATE}
# The Enterprise application (service principal): what permissions are given to.
sp_outcome=''
find_or_make_sp() {
  sp_id=$(ask ad sp list --filter "appId eq '$app_id'" --query '[].id') || return 1
  if [ -z "$sp_id" ]; then
    sp_id=$(ask ad sp create --id "$app_id" --query id) || return 1
    sp_outcome='Made its Enterprise application.'
  fi
  is_id "$sp_id"
}
again find_or_make_sp || stop "the Enterprise application of $app_id was neither found nor made, see above. Wait a minute and run this again."
if [ -n "$sp_outcome" ]; then
  fresh=yes
  say "$sp_outcome"
fi
${answers.mode === 'rbac' ? checkOfRbac : checkOfPolicy(answers)}
printf 'Directory (tenant) id:  %s\\nApplication (client) id: %s\\nEnterprise application object id: %s\\n' "$tenant" "$app_id" "$sp_id" > "$saved"
say ''
say 'Done. Send these three lines to the developer and to the Exchange administrator:'
say ''
cat "$saved"
say ''
say "They are also in $PWD/$saved."
exit "$found"
`;
}

/** JSON in ASCII, which no shell and no code page changes. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const checkOfRbac = `
# Exchange will give the right to send, in a scope. A permission of Entra would be for the whole tenant, and add to that.
found=0
${BASH_GRANTED.trim()}
if [ "$granted" != '[]' ]; then
  found=1
  say ''
  say 'FINDING: this application has application permissions in Entra:'
  say "$granted"
  case $granted in *${MAIL_SEND_ROLE_ID}*) say '(${MAIL_SEND_ROLE_ID} is Mail.Send: every mailbox of the tenant.)' ;; esac
  say 'They hold for every mailbox, whatever scope Exchange sets. Remove those that nothing else needs:'
  say '  Enterprise applications > this application > Permissions > ... > Revoke permission'
fi
`;

const checkOfPolicy = (answers: Answers) => `
# ${permissionNames(answers)} is granted later, by grant-mail-send.sh: before the access policy works, it would open every mailbox.
found=0
${BASH_GRANTED.trim()}
case $granted in
  ${permissionsOf(answers)
    .map(({ id }) => `*${id}*`)
    .join(' | ')})
    found=1
    say ''
    say 'FINDING: this application has ${permissionNames(answers)} already. Unless the access policy is in effect, that holds'
    say 'for every mailbox of the tenant. Ask the Exchange administrator for the proof now, or revoke it:'
    say '  Enterprise applications > this application > Permissions > ... > Revoke permission'
    ;;
esac
`;
