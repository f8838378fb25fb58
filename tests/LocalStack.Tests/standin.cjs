// Stands in for a program of the stack: node standin.cjs ROLE PROMPTS FOLDER [arguments of the real one].
// Roles: cloud, edge, and what goes wrong with them: edge-dies (at start, once the cloud has told its id), edge-falls (after ten prompts), edge-forgets (never an outcome),
// edge-stubborn (ignores SIGTERM).
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const [role, promptsPath, folder, ...args] = process.argv.slice(2);
const cloudTold = path.join(folder, 'cloud-told');
console.log(`pid ${process.pid}`);
if (role === 'cloud') {
  fs.writeFileSync(cloudTold, '');
}
if (role === 'edge-dies') {
  // A cloud ended before it told its id could not be looked for.
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (!fs.existsSync(cloudTold)) {
    Atomics.wait(pause, 0, 0, 10);
  }
  console.error('the journal is corrupt');
  process.exit(7);
}
if (role === 'edge-stubborn') {
  process.on('SIGTERM', () => console.log('I stay'));
}

const answers = new Map(fs.readFileSync(promptsPath, 'utf8').split('\n').filter(Boolean).map(JSON.parse).map(line => [line.prompt, line]));
const outcomes = new Map();
const url = new URL(args[args.indexOf(role === 'cloud' ? '--urls' : '--url') + 1]);
let asked = 0;

console.log(`arguments ${args.join(' ')}`);
console.log(`connection ${(process.env.HYBRID__Messaging__ConnectionString ?? '').includes('devstoreaccount1')}`);
console.log(`passed on ${process.env.HYBRID__Test__Value}`);

http.createServer((request, response) => {
  let body = '';
  request.on('data', piece => { body += piece; });
  request.on('end', () => {
    const reply = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.url === '/api/health' || request.url === '/readyz') {
      return reply(200, {});
    }
    if (request.method === 'GET') {
      const id = request.url.split('/').pop();
      return role === 'edge-forgets' ? reply(200, { id, state: 'escalated' }) : reply(200, outcomes.get(id));
    }
    asked++;
    if (role === 'edge-falls' && asked > 10) {
      process.exit(9);
    }
    const line = answers.get(JSON.parse(body).prompt);
    const id = `${role}-${line.id}`;
    const hard = line.class === 'hard';
    const right = role === 'cloud' || line.task !== 'chat';
    outcomes.set(id, role === 'cloud'
      ? { id, state: 'answered', text: line.answer }
      : { id, state: 'answered', route: hard ? 'cloud' : 'local', answer: right ? line.answer : 'no idea', timings: { totalMs: hard ? 200 : 10 } });
    // Hard ones are answered later, as the real device does.
    return hard || role !== 'edge' ? reply(202, { id, state: 'accepted' }) : reply(200, outcomes.get(id));
  });
}).listen(Number(url.port), url.hostname);
