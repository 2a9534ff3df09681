// Answers on loopback as two vendors do, and writes down what it was sent: Anthropic's messages, and Ollama's generation and chat,
// which go on with the first placeholder that they were shown. Its port and what it was sent are files of the directory.
//
// vendor.mjs DIRECTORY

import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

const [directory] = process.argv.slice(2);

const answers = {
	'/v1/messages': () => ({
		id: 'msg_1',
		type: 'message',
		role: 'assistant',
		model: 'm',
		content: [{ type: 'text', text: 'done' }],
		stop_reason: 'end_turn',
		usage: { input_tokens: 1, output_tokens: 1 },
	}),
	'/api/generate': (body) => ({ model: 'm', response: `use(${placeholder(body)})`, done: true, done_reason: 'stop' }),
	'/api/chat': (body) => ({ model: 'm', message: { role: 'assistant', content: `you said ${placeholder(body)}` }, done: true, done_reason: 'stop' }),
};

function placeholder(body) {
	return body.match(/[A-Z][A-Z_]+_[a-z0-9]{6}/)?.[0] ?? 'none';
}

const server = createServer((request, response) => {
	let body = '';
	request.on('data', (part) => {
		body += part;
	});
	request.on('end', () => {
		appendFileSync(path.join(directory, 'sent'), `${request.url} ${body}\n`);
		const answer = answers[request.url];
		const stream = request.url.startsWith('/api/');
		response.writeHead(answer ? 200 : 404, { 'Content-Type': stream ? 'application/x-ndjson' : 'application/json' });
		response.end(answer ? `${JSON.stringify(answer(body))}\n` : undefined);
	});
});
server.listen(0, '127.0.0.1', () => {
	const file = path.join(directory, 'port');
	writeFileSync(`${file}.new`, String(server.address().port));
	renameSync(`${file}.new`, file); // whoever waits for it finds it whole
});
