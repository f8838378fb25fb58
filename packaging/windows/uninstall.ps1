<#
.SYNOPSIS
Removes the edge worker's service and program. Run it as administrator. The data stay, unless -Purge is given.

.EXAMPLE
.\uninstall.ps1

.EXAMPLE
.\uninstall.ps1 -Purge
#>
[CmdletBinding()]
param([switch] $Purge)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$name = 'hybrid-edge'
$program = Join-Path $env:ProgramFiles 'Hybrid Edge'
$data = Join-Path $env:ProgramData 'Hybrid Edge'

$identity = [Security.Principal.WindowsPrincipal] [Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) { throw 'Run this as administrator.' }

if (Get-Service -Name $name -ErrorAction SilentlyContinue) {
    Stop-Service -Name $name -Force
    sc.exe delete $name | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "'sc.exe delete $name' ended with $LASTEXITCODE." }
}

if (Test-Path $program) { Remove-Item -Recurse -Force $program }
if ([Diagnostics.EventLog]::SourceExists($name)) { [Diagnostics.EventLog]::DeleteEventSource($name) }
if ($Purge) {
    if (Test-Path $data) { Remove-Item -Recurse -Force $data }
    Write-Output 'Removed, with its data.'
} else {
    Write-Output "Removed. Its data are still in $data."
}
