import type { Sweep } from './bash-harness.js';

/**
 * Deliberate faults in the scripts for Azure CLI: what the harness has to notice. `from` is a part of a generated script; `in` and
 * `failing` say where it shows, so that the table takes a minute and not an hour. One more was tried and is none: where `ask` hides
 * the exit code of Azure CLI, the answer is empty, and each step refuses that as well.
 */
export const BASH_FAULTS: readonly { name: string; in: string; failing?: Sweep; from: string; to: string }[] = [
  { name: 'replaces the other certificates', in: 'goes on with an application that exists', from: ' --append', to: '' },
  { name: 'lets the credential end after a year', in: 'registers, for RBAC', from: ' --end-date "$ENDS"', to: '' },
  {
    name: 'ends without a word',
    in: 'finds Mail.Send granted',
    failing: [{ call: 0, kind: 'error' }],
    from: "trap 'stop ",
    to: "trap ': ",
  },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Bash, not JavaScript.
  { name: 'keeps the CR of Windows', in: 'registers, for RBAC', from: "${output//$'\\r'/}", to: '$output' },
  {
    name: 'takes the application id for the object id',
    in: 'registers, for RBAC',
    from: '--id "$app_id" --query id)',
    to: '--id "$app_id" --query appId)',
  },
  {
    name: 'takes no answer for no permission',
    in: 'finds Mail.Send, for a policy',
    failing: [{ call: 6, kind: 'empty' }],
    from: ' && is_list "$granted"',
    to: '',
  },
  {
    name: 'takes no answer for no certificate',
    in: 'finds everything done',
    failing: [{ call: 3, kind: 'nothing' }],
    from: 'is_list "$keys" || return 1',
    to: ':',
  },
  {
    name: 'does not look whether the certificate was taken',
    in: 'adds the next certificate',
    failing: [{ call: 4, kind: 'nothing' }],
    from: '[ "$answer" = "$app_id" ] || return 1',
    to: ':',
  },
  {
    name: 'does not look at the id of the new application',
    in: 'registers, for RBAC',
    failing: [{ call: 3, kind: 'garbage' }],
    from: 'is_id "$app_id" || stop',
    to: 'true || stop',
  },
  {
    name: 'does not look for the name',
    in: 'finds the name taken',
    from: `if [ "$same" != '[]' ]; then`,
    to: 'if false; then',
  },
  {
    name: 'lets Azure CLI make the application',
    in: 'registers, for RBAC',
    from: `rest --method POST --url "$GRAPH/v1.0/applications" --headers 'Content-Type=application/json' --body "$NEW_APP"`,
    to: 'ad app create --display-name="$APP_NAME" --sign-in-audience AzureADMyOrg',
  },
  {
    name: 'opens the application to other tenants',
    in: 'registers, for RBAC',
    from: '"signInAudience":"AzureADMyOrg"',
    to: '"signInAudience":"AzureADMultipleOrgs"',
  },
  {
    name: 'goes on in another tenant',
    in: 'registers, for a policy',
    failing: [],
    from: `[ -n "$TENANT_ID" ] && [ "$tenant" != "$TENANT_ID" ]`,
    to: 'false',
  },
  { name: 'goes on in another cloud', in: 'registers, for RBAC', from: '[ "$cloud" != "$CLOUD" ]', to: 'false' },
  {
    name: 'does not look at the tenant',
    in: 'registers, for RBAC',
    failing: [{ call: 1, kind: 'empty' }],
    from: 'is_id "$tenant" || stop',
    to: 'true || stop',
  },
  { name: 'ends with 0 after a finding', in: 'finds a permission, for RBAC', from: 'exit "$found"', to: 'exit 0' },
  {
    name: 'grants another permission',
    in: 'grants Mail.Send',
    from: 'Mail.Send=b633e1c5-b582-4048-a93e-9f11b44c7e96',
    to: 'Mail.Send=e2a3a72e-5f79-4c64-b1b1-878b674786c9',
  },
  {
    name: 'swaps principal and resource',
    in: 'grants Mail.Send',
    from: '"$sp_id" "$graph_sp" "$',
    to: '"$graph_sp" "$sp_id" "$',
  },
  {
    name: 'grants only the first of two permissions',
    in: 'grants two permissions',
    from: "done\nsay ''\nsay \"Granted",
    to: "  break\ndone\nsay ''\nsay \"Granted",
  },
  {
    name: 'grants again what is granted',
    in: 'grants the permission that is missing',
    from: '*) ;;\n    *)',
    to: '-) ;;\n    *)',
  },
  {
    name: 'grants whatever is answered',
    in: 'grants nothing without a yes',
    from: '[ "$answer" = yes ]',
    to: '[ -n "$answer" ]',
  },
  {
    name: 'does not look whether it was granted',
    in: 'grants Mail.Send',
    failing: [{ call: 5, kind: 'nothing' }],
    from: '[[ $assignment =~ ^[A-Za-z0-9_-]+$ ]]',
    to: 'true',
  },
  { name: 'does not wait for what it made', in: 'registers, for RBAC', from: 'fresh=yes', to: ':' },
  {
    name: 'prints the ids in the wrong order',
    in: 'registers, for RBAC',
    from: `"$tenant" "$app_id" "$sp_id" > "$saved"`,
    to: `"$tenant" "$sp_id" "$app_id" > "$saved"`,
  },
  { name: 'does not quote what it sends', in: 'registers, for RBAC', from: '--body "$NEW_APP"', to: '--body $NEW_APP' },
  {
    name: 'does not know a certificate by its thumbprint',
    in: 'finds the certificate added',
    failing: [],
    from: '*"$SHA1"* | *"$SHA1_BASE64"* | ',
    to: '',
  },
  {
    name: 'does not look which certificate it registers',
    in: 'adds the next certificate',
    failing: [],
    from: '[ "$sha1" = "$SHA1" ] || stop',
    to: 'true || stop',
  },
  {
    name: 'does not double apostrophes in a filter',
    in: 'finds the name taken',
    from: "Bob'\\'''\\''s",
    to: "Bob'\\''s",
  },
  {
    name: 'takes an object id for an application id',
    in: 'adds the next certificate',
    failing: [],
    from: `ad app list --filter "appId eq '$app_id'" --query '[].id')`,
    to: 'ad app show --id "$app_id" --query id)',
  },
  {
    name: 'has an undo that undoes nothing',
    in: 'registers, for RBAC',
    from: '# Undo: az ad app delete ',
    to: '# Undo: az ad app show ',
  },
];
