/**
 * The body of a script, in a scope of its own, so that it does the same however the script is started: `-File` runs it in the
 * global scope, whose preferences reach into the modules; `.\script.ps1` in one whose preferences do not reach them at all
 * (PowerShell/PowerShell #4568), so that a failed cmdlet of a module would be passed over. A parameter always reaches them.
 */
export function strictly(body: string): string {
  return `
& {
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
# The functions of a module do not see the preference of a script. As a parameter, it reaches them.
$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }

function Stop-WhenNoId([string] $Value, [string] $What) {
    if ($Value -notmatch '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$') { throw "'$Value' is no $What; expected a GUID." }
}

# What was just made takes a moment until every server knows it.
function Wait-For([scriptblock] $Find) {
    foreach ($attempt in 1..12) {
        $found = & $Find
        if ($found) { return $found }
        Start-Sleep -Seconds 5
    }
    throw "What was made is not to be seen yet: $Find. Wait some minutes and run this again."
}
${body}}
`;
}
