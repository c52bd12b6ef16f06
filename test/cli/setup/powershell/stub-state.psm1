# What the stub cmdlets share: a tenant (in a JSON file, or in memory), a clock that only Start-Sleep moves, and the failure that a case asks for.

# In global variables, since each module that imports this one may have a copy of its own.
function Set-StubState([hashtable] $State) {
    $global:StubMemory = $State
    $global:StubSession = @{ Graph = $null; Exchange = $null }
}

function Get-StubSession {
    if (-not (Get-Variable -Name StubSession -Scope Global -ErrorAction Ignore)) { $global:StubSession = @{ Graph = $null; Exchange = $null } }
    return $global:StubSession
}

# In memory where one process runs many cases; otherwise in a file.
function Read-Stub {
    if (Get-Variable -Name StubMemory -Scope Global -ErrorAction Ignore) { return $global:StubMemory }
    return Get-Content -LiteralPath $env:STUB_STATE -Raw | ConvertFrom-Json -AsHashtable
}

function Save-Stub([hashtable] $State) {
    if (Get-Variable -Name StubMemory -Scope Global -ErrorAction Ignore) { return }
    ConvertTo-Json -InputObject $State -Depth 12 -Compress | Set-Content -LiteralPath $env:STUB_STATE -WhatIf:$false
}

# What was made is seen by others only after a while.
function Test-Seen([hashtable] $State, $Thing) { return $State.control.clock -ge ([int] $Thing.at) }

function New-StubId([hashtable] $State) {
    $State.control.made++
    return '{0:x8}-0000-4000-8000-0000000000aa' -f [int] $State.control.made
}

function New-StubError([string] $Message, [string] $Reason = 'StubException', $Cmdlet) {
    $record = [System.Management.Automation.ErrorRecord]::new([System.Exception]::new($Message), $Reason, 'NotSpecified', $null)
    $record.CategoryInfo.Reason = $Reason
    return $record
}

# Writes down the call, and makes it fail where the case says so. Gives the state, or nothing when the cmdlet is to do nothing.
function Enter-Stub($Cmdlet, [switch] $Changes, [string] $Connected = '') {
    $state = Read-Stub
    $name = $Cmdlet.MyInvocation.MyCommand.Name
    if ($Connected -and -not (Get-StubSession)[$Connected]) { $Cmdlet.ThrowTerminatingError((New-StubError "You must connect before you call $name.")) }
    $state.control.calls = @($state.control.calls) + @(@{ name = $name; changes = [bool] $Changes; args = @($Cmdlet.MyInvocation.BoundParameters.Keys) })
    Save-Stub $state
    if ($state.control.failAt -eq $state.control.calls.Count) {
        Write-Host '##FAILED##'
        $text = if ($state.control.language -eq 'fr') { 'Echec injecte' } else { 'Injected failure' }
        $record = New-StubError "$text of $name."
        if ($state.control.failKind -eq 'terminating') { $Cmdlet.ThrowTerminatingError($record) }
        $Cmdlet.WriteError($record)
        return
    }
    if ($Changes -and -not $Cmdlet.ShouldProcess($name)) { return }
    return $state
}

# As Exchange says it: message, reason and id of the error record as its module gives them.
function Stop-NotFound($Cmdlet, [hashtable] $State, [string] $What) {
    $text = if ($State.control.language -eq 'fr') { "Impossible d'effectuer l'operation: objet '$What' introuvable" } else { "The operation couldn't be performed because object '$What' couldn't be found" }
    $record = New-StubError "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|$text on 'DC01.example.prod.outlook.com'." 'ManagementObjectNotFoundException'
    $Cmdlet.WriteError($record)
}

Export-ModuleMember -Function *
