import { GRAPH_APP_ID, MAIL_SEND_ROLE_ID, REGISTERED_FILE } from './well-known-ids.js';

/** What every script for Azure CLI begins with, behind its values: helpers, and who is signed in where. */
export const BASH_BEGINNING = `
say() { printf '%s\\n' "$*"; }
stop() { printf 'Stopped: %s\\n' "$*" >&2; exit 1; }

# One plain value from Azure CLI, which ends lines with CR LF on Windows.
ask() { az "$@" --output tsv | tr -d '\\r'; }

# A new object takes some seconds until every server of Entra knows it.
again() {
  for _ in 1 2 3 4 5; do
    if "$@"; then return 0; fi
    sleep 5
  done
  "$@"
}

is_id() { [[ $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]]; }

cd "$(dirname "$0")"
command -v az >/dev/null || stop 'Azure CLI (az) is not installed here. Install it (https://aka.ms/azure-cli), or run this script in Azure Cloud Shell (Bash).'
tenant=$(ask account show --query tenantId) || stop 'nobody is signed in to Azure CLI. Sign in first: az login --allow-no-subscriptions'
if [ -n "$TENANT_ID" ] && [ "$tenant" != "$TENANT_ID" ]; then
  stop "you are signed in to tenant $tenant, but this is for tenant $TENANT_ID. Sign in there: az login --tenant $TENANT_ID --allow-no-subscriptions"
fi
say "Tenant $tenant"
`;

/** Settles \`app_id\`: from the command line, the values above, or an earlier run. Empty when there is none yet. */
export const BASH_KNOWN_APP = `
saved=${REGISTERED_FILE}
app_id=$APP_ID
if [ $# -gt 0 ]; then app_id=$1; fi
if [ -z "$app_id" ] && [ -f "$saved" ]; then
  grep -q "$tenant" "$saved" || stop "$saved is of another tenant. Move it away, or sign in to that tenant."
  app_id=$(sed -n 's/^Application (client) id: *//p' "$saved" | tr -d '\\r')
fi
if [ -n "$app_id" ] && ! is_id "$app_id"; then
  stop "\\"$app_id\\" is no Application (client) id; expected a GUID."
fi
`;

/** Adds the certificate beside those that are there. */
export const BASH_CERTIFICATE = `
# The certificate: added once, beside whatever is there (--append; without it, all others would be removed).
object_id=$(ask ad app show --id "$app_id" --query id) || stop "there is no app registration with the Application (client) id $app_id in this tenant."
keys=$(az rest --method GET --url "$GRAPH/v1.0/applications/$object_id?\\$select=keyCredentials" --query keyCredentials --output json)
der=$(grep -v -e '-----' "$CERTIFICATE" | tr -d '\\r\\n')
case $keys in
  *"$SHA1"* | *"$SHA1_BASE64"* | *"$der"*)
    say "The certificate $SHA1 is registered already."
    ;;
  *)
    # Without --end-date, Azure CLI lets the credential end after a year, whatever the certificate says.
    again az ad app credential reset --id "$app_id" --cert "@$CERTIFICATE" --end-date "$ENDS" --append --output none
    say "Registered the certificate $SHA1."
    ;;
esac
`;

/** Settles \`sp_id\`, the Enterprise application, and \`granted\`, its application permissions. */
export const BASH_GRANTED = `
granted=$(ask rest --method GET --url "$GRAPH/v1.0/servicePrincipals/$sp_id/appRoleAssignments" --query 'value[].appRoleId')
`;

export const BASH_FIND_ENTERPRISE_APP = `
sp_id=$(ask ad sp list --filter "appId eq '$app_id'" --query '[].id')
`;

export const BASH_IDS = `MAIL_SEND=${MAIL_SEND_ROLE_ID}
GRAPH_APP=${GRAPH_APP_ID}`;
