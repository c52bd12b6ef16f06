# The administrator at the keyboard, and time: answers come from the case, and waiting only moves the tenant's clock.
Import-Module (Join-Path $PSScriptRoot 'stub-state.psm1')

function Read-Host {
    [CmdletBinding()] param([Parameter(Position = 0)] [object] $Prompt, [switch] $AsSecureString)
    $state = Read-Stub
    Write-Host "? $Prompt"
    $answers = @($state.control.answers | Where-Object { $null -ne $_ })
    if ($answers.Count -eq 0) { throw "Nobody answers: $Prompt" }
    $state.control.answers = @($answers | Select-Object -Skip 1)
    Save-Stub $state
    return $answers[0]
}

function Start-Sleep {
    [CmdletBinding(DefaultParameterSetName = 'Seconds')] param([Parameter(Position = 0, ParameterSetName = 'Seconds', Mandatory)] [double] $Seconds, [Parameter(ParameterSetName = 'Milliseconds', Mandatory)] [int] $Milliseconds)
    $state = Read-Stub
    $state.control.clock += if ($Seconds) { $Seconds } else { $Milliseconds / 1000 }
    Save-Stub $state
}

Export-ModuleMember -Function Read-Host, Start-Sleep, Set-StubState
