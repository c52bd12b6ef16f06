# Runs cases one after the other in PowerShell runspaces, as `pwsh -File` would (in the global scope) or as `.\script.ps1` would
# (in a scope below it). Writes what each printed, how it ended, and what it left in the tenant.
param([string] $Cases, [string] $Results)
$ErrorActionPreference = 'Stop'

# One for each set of modules, since the scripts refuse a window where those of the other set are loaded.
$runspaces = @{}
function Get-Runspace([string] $Modules) {
    if (-not $runspaces[$Modules]) {
        $iss = [initialsessionstate]::CreateDefault2()
        [void] $iss.ImportPSModule(@(Join-Path $PSScriptRoot 'terminal.psm1'))
        $runspaces[$Modules] = [runspacefactory]::CreateRunspace($iss)
        $runspaces[$Modules].Open()
    }
    return $runspaces[$Modules]
}
function Invoke-In($Runspace, [string] $Text, [object[]] $Arguments, $Output) {
    $shell = [powershell]::Create()
    $shell.Runspace = $Runspace
    [void] $shell.AddScript($Text, $false)
    foreach ($one in $Arguments) { [void] $shell.AddArgument($one) }
    $nothing = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $nothing.Complete()
    try { $shell.Invoke($nothing, $Output) }
    catch { return "$($_.Exception.InnerException.Message)" }
    finally { $shell.Dispose() }
    return ''
}

# What a run left in the global scope is not there for the next.
$fresh = @'
param($State)
if (-not $global:StubBaseline) { $global:StubBaseline = @(Get-Variable -Scope Global | ForEach-Object { $_.Name }) + 'StubBaseline' }
Get-Variable -Scope Global | Where-Object { $global:StubBaseline -notcontains $_.Name } | Remove-Variable -Scope Global -Force -ErrorAction Ignore
Set-StrictMode -Off
$global:ErrorActionPreference = 'Continue'
$global:WhatIfPreference = $false
$global:PSDefaultParameterValues = @{}
Set-StubState $State
'@

$states = @{}
$found = foreach ($case in (Get-Content -LiteralPath $Cases -Raw | ConvertFrom-Json -AsHashtable)) {
    if ($case.parse) {
        $errors = $null
        [void] [System.Management.Automation.Language.Parser]::ParseFile($case.script, [ref] $null, [ref] $errors)
        @{ id = $case.id; exit = [int] ($errors.Count -gt 0); lines = @($errors | ForEach-Object { "$_" }); error = ''; state = '' }
        continue
    }
    # The first run of a chain begins with its tenant; those that follow go on with what the run before left.
    if ($case.tenant) {
        $states[$case.chain] = @{ tenant = $case.tenant; control = @{} }
        Remove-Item -LiteralPath (Join-Path (Split-Path $case.script) 'registered-app.txt') -ErrorAction SilentlyContinue
    }
    $state = $states[$case.chain]
    foreach ($name in $case.control.Keys) { $state.control[$name] = $case.control[$name] }
    [cultureinfo]::DefaultThreadCurrentUICulture = [cultureinfo]::DefaultThreadCurrentCulture = [cultureinfo]::new([string] $case.culture)
    $runspace = Get-Runspace $case.modules
    $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $failure = Invoke-In $runspace $fresh @($state) $output
    if ($failure) { throw $failure }
    # No try around the script: within one, a failed statement would end it, which it does not by itself.
    $dot = if ($case.start -eq 'file') { '.' } else { '&' }
    $text = "param(`$Script, `$Arguments) `$ConfirmPreference = 'None'; `$LASTEXITCODE = 0; Set-Location -LiteralPath (Split-Path `$Script); $dot `$Script @Arguments *>&1"
    $failure = Invoke-In $runspace $text @($case.script, $case.args) $output
    $code = $runspace.SessionStateProxy.GetVariable('LASTEXITCODE')
    $lines = @(foreach ($item in $output) {
        if ($item -is [System.Management.Automation.ErrorRecord]) { "ERROR: $item" }
        elseif ($item -is [System.Management.Automation.WarningRecord]) { "WARNING: $item" }
        else { "$item" }
    })
    $saved = Join-Path (Split-Path $case.script) 'registered-app.txt'
    $saved = if (Test-Path -LiteralPath $saved) { @(Get-Content -LiteralPath $saved | ForEach-Object { "$_" }) } else { @() }
    @{ id = $case.id; saved = @($saved); exit = $(if ($failure) { 1 } elseif ($code) { [int] $code } else { 0 }); lines = $lines; error = $failure; state = (ConvertTo-Json -InputObject $state -Depth 12 -Compress) }
}
ConvertTo-Json -InputObject @($found) -Depth 5 -Compress | Set-Content -LiteralPath $Results -Encoding utf8
