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

require('azurite/dist/src/azurite.js');
