// Answers on loopback as vendors do, each in its own format (clients/vscode/test/wire.mts), and writes down what it was sent. It wants
// the key "made-up", calls tools with the file of a prompt "look into FILE", then has a copy of it written, and names the
// placeholders that it has seen. Ollama's generation goes on with the first one that it was shown. Its port and what it was sent are
// files of the directory.
//
// vendor.mjs DIRECTORY

import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { wires } from '../vscode/test/wire.mts';

const [directory] = process.argv.slice(2);

/** What is answered at once, and whole. */
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
	'/api/generate': (body) => ({ model: 'm', response: `use(${body.match(/[A-Z][A-Z_]+_[a-z0-9]{6}/)?.[0] ?? 'none'})`, done: true, done_reason: 'stop' }),
};

/** The ids of calls, as each vendor makes them; Gemini and Ollama make none. */
const ids = { openai: 'call_', mistral: 'call0000', anthropic: 'toolu_' };

/** Who is asked by a path. Two have the same, so that one is below its name. */
function asked(url) {
	return Object.entries(wires).find(([format, { path: own }]) => {
		const name = format === 'mistral' ? `/${format}` : '';
		return url.startsWith(name) && own.test(url.slice(name.length));
	});
}

/** The next step of a conversation: two calls that read, one that writes, and what was seen. */
function answer(format, body) {
	const { prompt, results } = wires[format].hear(JSON.parse(body));
	const seen = [...new Set(body.match(/AWS_KEY_ID_[a-z0-9]{6}/g))];
	const file = [...body.matchAll(/look into (\/[\w./-]+)/g)].at(-1)?.[1];
	const calls = (first, ...all) => all.map(([name, input], i) => ({ ...(ids[format] && { id: `${ids[format]}${first + i}` }), name, input }));
	if (results.length === 0 && /look into/.test(prompt)) {
		return {
			thinking: `what is in ${file}?`,
			text: 'I look. ',
			calls: calls(0, ['read_file', { filePath: file, startLine: 1, endLine: 9 }], ['scrubjay_check', { path: file }]),
		};
	}
	if (results.length === 2) {
		const [placeholder] = results[0].text.match(/AWS_KEY_ID_[a-z0-9]{6}/) ?? [];
		return {
			thinking: 'a copy of it',
			calls: calls(2, ['create_file', { filePath: `${file}.copy`, content: `use "${placeholder}"\n` }], ['scrubjay_check', {}], ['get_errors', {}]),
		};
	}
	return { text: `you said ${seen.join(' and ')}` };
}

/** Sends a stream in parts that end wherever they end. */
async function send(response, stream) {
	const bytes = Buffer.from(stream);
	for (let at = 0; at < bytes.length; at += 61) {
		response.write(bytes.subarray(at, at + 61));
		await setImmediate();
	}
	response.end();
}

const server = createServer((request, response) => {
	let body = '';
	request.on('data', (part) => {
		body += part;
	});
	request.on('end', () => {
		appendFileSync(path.join(directory, 'sent'), `${request.url} ${body}\n`);
		const [format, { key: [header, before] = [], type } = {}] = asked(request.url) ?? [];
		if (format === undefined || (format !== 'gemini' && !JSON.parse(body).stream)) {
			const whole = answers[request.url];
			response.writeHead(whole ? 200 : 404, { 'Content-Type': request.url.startsWith('/api/') ? 'application/x-ndjson' : 'application/json' });
			response.end(whole ? `${JSON.stringify(whole(body))}\n` : undefined);
		} else if (header !== undefined && request.headers[header] !== `${before}made-up`) {
			response.writeHead(401, { 'Content-Type': 'application/json' });
			response.end('{"error":{"message":"no such key"}}');
		} else {
			response.writeHead(200, { 'Content-Type': type });
			send(response, wires[format].stream(answer(format, body)));
		}
	});
});
server.listen(0, '127.0.0.1', () => {
	const file = path.join(directory, 'port');
	writeFileSync(`${file}.new`, String(server.address().port));
	renameSync(`${file}.new`, file); // whoever waits for it finds it whole
});
