// Runs Azurite and ends with whoever started it: the pipe on stdin closes when that process dies, however it dies.
'use strict';

process.stdin.resume();
process.stdin.on('error', end);
process.stdin.on('end', end);

function end() {
  // Azurite writes its state down on SIGTERM. It must not wait for connections that clients keep open.
  setTimeout(() => process.exit(0), 5000).unref();
  process.kill(process.pid, 'SIGTERM');
}

// Ctrl+C in a terminal reaches every process there; whoever started the emulator decides when it ends.
const once = process.once;
process.once = function (event, listener) {
  return event === 'SIGINT' ? this : once.call(this, event, listener);
};
process.on('SIGINT', () => {});

require('azurite/dist/src/azurite.js');
