<#
.SYNOPSIS
Installs or upgrades the edge worker as a Windows service, from the folder this script lies in. Run it as administrator.

.DESCRIPTION
Program:  %ProgramFiles%\Hybrid Edge, replaced as a whole.
Settings: the service's own environment, kept. Give them as -Settings 'HYBRID__Section__Key=value','...'; an upgrade without -Settings leaves them.
Data:     %ProgramData%\Hybrid Edge, never touched.

.EXAMPLE
.\install.ps1

.EXAMPLE
.\install.ps1 -Settings 'HYBRID__Messaging__QueueServiceUri=https://ACCOUNT.queue.core.windows.net','HYBRID__Messaging__BlobServiceUri=https://ACCOUNT.blob.core.windows.net'
#>
[CmdletBinding()]
param([string[]] $Settings)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$name = 'hybrid-edge'
$account = "NT SERVICE\$name"
$program = Join-Path $env:ProgramFiles 'Hybrid Edge'
$data = Join-Path $env:ProgramData 'Hybrid Edge'
$new = "$program.new"

function Invoke-Checked([string] $Command, [string[]] $Arguments) {
    & $Command @Arguments | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "'$Command $Arguments' ended with $LASTEXITCODE." }
}

$identity = [Security.Principal.WindowsPrincipal] [Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) { throw 'Run this as administrator.' }
if (-not (Test-Path (Join-Path $PSScriptRoot 'hybrid-edge.exe'))) {
    throw "$PSScriptRoot has no hybrid-edge.exe. Run it in the folder that 'dotnet publish src/EdgeWorker -p:PublishProfile=device -r win-x64' wrote."
}

foreach ($setting in @($Settings | Where-Object { $_ })) {
    if ($setting -notmatch '^\w+=') { throw "'$setting' is no setting; it must read NAME=value." }
}

# What cannot run here must not take the place of what does.
if (Test-Path $new) { Remove-Item -Recurse -Force $new }
Copy-Item -Recurse $PSScriptRoot $new
Invoke-Checked (Join-Path $new 'hybrid-edge.exe') @('--version')

$exists = [bool] (Get-Service -Name $name -ErrorAction SilentlyContinue)
if ($exists) { Stop-Service -Name $name -Force }
if (Test-Path $program) { Remove-Item -Recurse -Force $program }
Move-Item $new $program

if (-not $exists) {
    # A virtual account: no password, and no rights but those given below.
    $command = '"{0}" serve --data "{1}"' -f (Join-Path $program 'hybrid-edge.exe'), $data
    New-Service -Name $name -DisplayName 'Hybrid edge worker' -BinaryPathName $command -StartupType Automatic | Out-Null
    Invoke-Checked 'sc.exe' @('config', $name, 'obj=', $account)
}

# A wrong configuration ends the program as well, so the third failure within ten minutes is the last.
Invoke-Checked 'sc.exe' @('failure', $name, 'reset=', '600', 'actions=', 'restart/5000/restart/30000//0')
Invoke-Checked 'sc.exe' @('failureflag', $name, '1')

New-Item -ItemType Directory -Force $data | Out-Null
Invoke-Checked 'icacls.exe' @($data, '/inheritance:r', '/grant:r', "${account}:(OI)(CI)M", '*S-1-5-32-544:(OI)(CI)F', '*S-1-5-18:(OI)(CI)F')

# The program may not register it: its account has no right to. Without it nothing is logged.
if (-not [Diagnostics.EventLog]::SourceExists($name)) {
    [Diagnostics.EventLog]::CreateEventSource($name, 'Application')
}

if ($Settings) {
    # Users of this machine can read them there: give an identity, not a key.
    Set-ItemProperty -Path "HKLM:\SYSTEM\CurrentControlSet\Services\$name" -Name Environment -Type MultiString -Value $Settings
}

Start-Service -Name $name
Write-Output "$name runs. Data: $data. Log: the event log, source $name."
