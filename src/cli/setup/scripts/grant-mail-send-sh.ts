import { quoteSh } from '../../../shell-quoting.js';
import type { Answers } from '../answers.js';
import { CLOUD_TERMS } from '../clouds.js';
import { BASH_BEGINNING, BASH_FIND_ENTERPRISE_APP, BASH_GRANTED, BASH_IDS, BASH_KNOWN_APP } from './bash-steps.js';

/** `grant-mail-send.sh`, for access policies: the admin consent, once the policy is in effect. */
export function grantMailSendSh(answers: Answers): string {
  return `#!/usr/bin/env bash
# Grants the application permission Mail.Send, with admin consent. Run it LAST: after the Exchange administrator
# has made the access policy and has seen "Denied" for a mailbox outside of it.
#
# Least role: Privileged Role Administrator (consent to an application permission of Microsoft Graph).
# Changes: one app role assignment: Mail.Send of Microsoft Graph, to this application.
# Again: may be run again at any time; a permission that is there stays as it is.
# Undo: Enterprise applications > this application > Permissions > ... > Revoke permission.
#   Tokens that were issued before work on for about an hour, up to 24.
#
# The app role assignment is made directly: "az ad app permission admin-consent" is reported to fail
# for service principals and in Cloud Shell.
#
# Values below are meant as they stand.
# shellcheck disable=SC2016
set -euo pipefail

DENIED=${quoteSh(answers.deniedMailbox)}
TENANT_ID=${quoteSh(answers.tenantId ?? '')}
APP_ID=${quoteSh(answers.clientId ?? '')}
GRAPH=${CLOUD_TERMS[answers.cloud].graph}
${BASH_IDS}
${BASH_BEGINNING}${BASH_KNOWN_APP}
[ -n "$app_id" ] || stop "which application? Run register-app.sh first, or: $0 <Application (client) id>"
${BASH_FIND_ENTERPRISE_APP.trim()}
is_id "$sp_id" || stop "there is no Enterprise application of $app_id in this tenant. Run register-app.sh first."
graph_sp=$(ask ad sp list --filter "appId eq '$GRAPH_APP'" --query '[].id')
is_id "$graph_sp" || stop 'Microsoft Graph was not found in this tenant.'
${BASH_GRANTED}
case $granted in
  *"$MAIL_SEND"*)
    say "Mail.Send is granted to $app_id already."
    exit 0
    ;;
esac

say ''
say 'From the moment of this consent, only the access policy stands between the application and every mailbox.'
printf 'Has Test-ApplicationAccessPolicy said Denied for %s? Type yes to go on: ' "$DENIED"
read -r answer || answer=''
[ "$answer" = yes ] || stop 'nothing was granted. Come back when the access policy is in effect.'

body=$(printf '{"principalId":"%s","resourceId":"%s","appRoleId":"%s"}' "$sp_id" "$graph_sp" "$MAIL_SEND")
az rest --method POST --url "$GRAPH/v1.0/servicePrincipals/$sp_id/appRoleAssignments" \\
  --headers 'Content-Type=application/json' --body "$body" --output none
say ''
say "Granted Mail.Send to $app_id. Tokens from before do not carry it: wait, or restart the program."
`;
}
