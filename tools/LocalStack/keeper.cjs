// Runs a program and ends it with whoever started this: the pipe on stdin closes when that process dies, however it dies.
'use strict';

const { spawn } = require('node:child_process');

const patience = 10000;
const windows = process.platform === 'win32';
const [command, ...args] = process.argv.slice(2);

// A group of its own: Ctrl+C in a terminal then reaches only the stack, which ends its programs in order,
// and what a program leaves behind (the Functions host its handler) can be found.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: !windows, windowsHide: true });
let ending = false;

child.on('error', error => {
  console.error(`'${command}' could not be started: ${error.message}`);
  process.exit(127);
});
child.on('exit', code => {
  sweep();
  process.exit(ending ? 0 : code ?? 1);
});
process.on('SIGINT', () => {});
process.on('SIGTERM', end);
process.stdin.on('end', end).on('error', end).resume();

function end() {
  if (!ending) {
    ending = true;
    child.kill('SIGTERM');
    setTimeout(sweep, patience);
  }
}

function sweep() {
  try {
    process.kill(windows ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}
