# Publishes the cloud functions for Azure and packs them into .hybrid/deploy/cloud.zip. HYBRID_PACKAGE_SET=Full takes the isolated worker,
# HYBRID_VERSION gives the program its version.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location (Join-Path $PSScriptRoot '../..')
if (Test-Path .hybrid/deploy) { Remove-Item .hybrid/deploy -Recurse -Force }
$set = if ($env:HYBRID_PACKAGE_SET) { $env:HYBRID_PACKAGE_SET } else { 'Portable' }
$version = if ($env:HYBRID_VERSION) { $env:HYBRID_VERSION } else { '1.0.0' }
dotnet publish src/CloudFunctions -c Release -p:Deploy=true "-p:PackageSet=$set" "-p:Version=$version" -o .hybrid/deploy/cloud
dotnet run -c Release --project tools/Release -- zip .hybrid/deploy/cloud .hybrid/deploy/cloud.zip
