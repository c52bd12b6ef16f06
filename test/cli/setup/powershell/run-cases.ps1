# Runs cases one after the other, each in a PowerShell runspace of its own, as `pwsh -File` would (in the global scope) or as
# `.\script.ps1` would (in a scope below it). Writes what each printed, and how it ended.
param([string] $Cases, [string] $Results)
$ErrorActionPreference = 'Stop'

$found = foreach ($case in (Get-Content -LiteralPath $Cases -Raw | ConvertFrom-Json -AsHashtable)) {
    if ($case.parse) {
        $errors = $null
        [void] [System.Management.Automation.Language.Parser]::ParseFile($case.script, [ref] $null, [ref] $errors)
        @{ id = $case.id; exit = [int] ($errors.Count -gt 0); lines = @($errors | ForEach-Object { "$_" }); error = ''; state = '' }
        continue
    }
    $env:STUB_STATE = $case.state
    # The first run of a chain begins with its tenant; those that follow go on with what the run before left.
    $state = if ($case.tenant) { @{ tenant = $case.tenant; control = @{} } } else { Get-Content -LiteralPath $case.state -Raw | ConvertFrom-Json -AsHashtable }
    foreach ($name in $case.control.Keys) { $state.control[$name] = $case.control[$name] }
    ConvertTo-Json -InputObject $state -Depth 12 -Compress | Set-Content -LiteralPath $case.state
    if ($case.tenant) { Remove-Item -LiteralPath (Join-Path (Split-Path $case.script) 'registered-app.txt') -ErrorAction SilentlyContinue }
    $iss = [initialsessionstate]::CreateDefault2()
    [void] $iss.ImportPSModule(@((Join-Path $PSScriptRoot 'terminal.psm1')))
    $runspace = [runspacefactory]::CreateRunspace($iss)
    $runspace.Open()
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    # No try around the script: within one, a failed statement would end it, which it does not by itself.
    $dot = if ($case.start -eq 'file') { '.' } else { '&' }
    [void] $shell.AddScript("param(`$Script, `$Arguments) `$ConfirmPreference = 'None'; Set-Location -LiteralPath (Split-Path `$Script); $dot `$Script @Arguments *>&1", $false).AddArgument($case.script).AddArgument($case.args)
    $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $nothing = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $nothing.Complete()
    $failure = ''
    [cultureinfo]::DefaultThreadCurrentUICulture = [cultureinfo]::DefaultThreadCurrentCulture = [cultureinfo]::new([string] $case.culture)
    try { $shell.Invoke($nothing, $output) }
    catch { $failure = "$($_.Exception.InnerException.Message)" }
    $code = $runspace.SessionStateProxy.GetVariable('LASTEXITCODE')
    $lines = @(foreach ($item in $output) {
        if ($item.BaseObject -is [System.Management.Automation.ErrorRecord]) { "ERROR: $item" }
        elseif ($item.BaseObject -is [System.Management.Automation.WarningRecord]) { "WARNING: $item" }
        else { "$item" }
    })
    @{ id = $case.id; exit = $(if ($failure) { 1 } elseif ($code) { [int] $code } else { 0 }); lines = $lines; error = $failure; state = (Get-Content -LiteralPath $case.state -Raw) }
    $shell.Dispose()
    $runspace.Dispose()
}
ConvertTo-Json -InputObject @($found) -Depth 5 -Compress | Set-Content -LiteralPath $Results -Encoding utf8
