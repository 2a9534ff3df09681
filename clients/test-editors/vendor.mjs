// Answers on loopback as three vendors do, and writes down what it was sent: Anthropic's messages; Ollama's generation and chat,
// which go on with the first placeholder that they were shown; and OpenAI's chat as it streams. That one wants the key "made-up",
// calls tools with the file of a prompt "look into FILE", and names the placeholders that it has seen. Its port and what it was
// sent are files of the directory.
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

/** Calls come as vendors send them: two at once, their arguments in pieces that take turns. */
function* chat(body) {
	const { messages } = JSON.parse(body);
	const last = messages.at(-1);
	const [, file] = /look into (\/[\w./-]+)/.exec(last.role === 'user' ? JSON.stringify(last.content) : '') ?? [];
	const delta = (content) => ({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: content, finish_reason: null }] });
	const call = (index, more, name) => ({ index, ...(name && { id: `call_${index}`, type: 'function' }), function: { ...(name && { name }), arguments: more } });
	if (file === undefined) {
		const seen = [...new Set(body.match(/AWS_KEY_ID_[a-z0-9]{6}/g))].join(' and ');
		yield* ['you ', 'said ', seen.slice(0, 15), seen.slice(15)].map((content) => delta({ content }));
	} else {
		yield delta({ role: 'assistant', content: 'I look. ' });
		yield delta({ tool_calls: [call(0, '{"filePath":', 'read_file'), call(1, '', 'scrubjay_check')] });
		yield delta({ tool_calls: [call(1, `{"path":"${file}"}`)] });
		yield delta({ tool_calls: [call(0, `"${file}","startLine":1,"endLine":9}`)] });
	}
	yield { ...delta({}), choices: [{ index: 0, delta: {}, finish_reason: file === undefined ? 'stop' : 'tool_calls' }] };
}

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
		if (request.url === '/v1/chat/completions') {
			const known = request.headers.authorization === 'Bearer made-up';
			response.writeHead(known ? 200 : 401, { 'Content-Type': known ? 'text/event-stream' : 'application/json' });
			response.end(
				known
					? `${[...chat(body)].map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join('')}data: [DONE]\n\n`
					: '{"error":{"message":"no such key"}}',
			);
			return;
		}
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
