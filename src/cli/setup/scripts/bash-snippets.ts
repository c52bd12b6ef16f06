import { REGISTERED_FILE } from '../common/answers.js';
import { GRAPH_APP_ID } from '../common/rights.js';

/** The beginning of every script for Azure CLI, after its values: helpers, and the check of cloud and tenant. */
export const BASH_BEGINNING = `
say() { printf '%s\\n' "$*"; }
stop() { printf 'Stopped: %s\\n' "$*" >&2; exit 1; }
# Whatever fails without words of its own.
trap 'stop "a step failed, see above. What was done before it stays done; run this again when the cause is gone."' ERR

# One plain value from Azure CLI, which ends lines with CR LF on Windows.
ask() {
  local output
  output=$(az "$@" --output tsv) || return 1
  printf '%s' "\${output//$'\\r'/}"
}
# A list, as JSON: one that is empty is "[]", and no answer at all is something else.
list() {
  local output
  output=$(az "$@" --output json) || return 1
  printf '%s' "\${output//[[:space:]]/}"
}
is_list() { [[ $1 == \\[*\\] ]]; }
is_id() { [[ $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]]; }

# What this run made takes some seconds until every server of Entra knows it. Other failures are not tried again.
fresh=''
again() {
  for _ in 1 2 3 4 5; do
    if "$@"; then return 0; fi
    if [ -z "$fresh" ]; then return 1; fi
    sleep 5
  done
  "$@"
}

CDPATH='' cd -- "$(dirname -- "$0")"
command -v az >/dev/null || stop 'Azure CLI (az) is not installed here. Install it (https://aka.ms/azure-cli), or run this script in Azure Cloud Shell (Bash).'
cloud=$(ask cloud show --query name)
if [ "$cloud" != "$CLOUD" ]; then
  stop "Azure CLI is set to the cloud $cloud, but this is for $CLOUD. Run: az cloud set --name $CLOUD, then: az login --allow-no-subscriptions"
fi
tenant=$(ask account show --query tenantId) || stop 'nobody is signed in to Azure CLI. Sign in first: az login --allow-no-subscriptions'
is_id "$tenant" || stop "Azure CLI did not say which tenant you are signed in to, but: $tenant"
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
  stop "\\"$app_id\\" is not an Application (client) id; expected a GUID."
fi
app_id=$(printf '%s' "$app_id" | tr A-F a-f)
`;

/** Adds the certificate to those that are registered. */
export const BASH_CERTIFICATE = `
# The certificate: added once, beside whatever is there (--append; without it, all others would be removed).
der=$(grep -v -e '-----' "$CERTIFICATE" | tr -d '[:space:]')
sha1=$(printf '%s' "$der" | base64 --decode | { sha1sum 2>/dev/null || shasum; } | cut -c1-40 | tr a-f A-F)
[ "$sha1" = "$SHA1" ] || stop "$CERTIFICATE is not the certificate $SHA1 that this script was made for."
add_certificate() {
  # By the filter, since --id would take the object id as well.
  object_id=$(ask ad app list --filter "appId eq '$app_id'" --query '[].id') && is_id "$object_id" || return 1
  keys=$(list rest --method GET --url "$GRAPH/v1.0/applications/$object_id?\\$select=keyCredentials" --query keyCredentials) || return 1
  is_list "$keys" || return 1
  case $keys in
    *"$SHA1"* | *"$SHA1_BASE64"* | *"$der"*)
      outcome="The certificate $SHA1 is registered already."
      ;;
    *)
      # Without --end-date, Azure CLI lets the credential end after a year, whatever the certificate says.
      answer=$(ask ad app credential reset --id "$app_id" --cert "@$CERTIFICATE" --end-date "$ENDS" --append --only-show-errors --query appId) || return 1
      [ "$answer" = "$app_id" ] || return 1
      outcome="Registered the certificate $SHA1."
      ;;
  esac
}
again add_certificate || stop "the certificate was not registered. Either there is no app registration with the Application (client) id $app_id in this tenant, or a step failed, see above. Run this again when that is settled."
say "$outcome"
`;

/** Settles \`granted\`: the application permissions of the Enterprise application \`sp_id\`. */
export const BASH_GRANTED = `
read_granted() {
  granted=$(list rest --method GET --url "$GRAPH/v1.0/servicePrincipals/$sp_id/appRoleAssignments" --query 'value[].appRoleId') && is_list "$granted"
}
again read_granted || stop 'the permissions that the application has in Entra could not be read. Run this again.'
`;

export const BASH_FIND_ENTERPRISE_APP = `
sp_id=$(ask ad sp list --filter "appId eq '$app_id'" --query '[].id')
`;

export const BASH_IDS = `GRAPH_APP=${GRAPH_APP_ID}`;
