// How vendors are asked, and what they answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf, reasonOf, refusalOf } from '../src/chat/format';
import { formatOf } from '../src/chat/formats';
import { resultText } from '../src/chat/results';
import { type Ask, type Message, schemaOf, tokensOfParts, turnsOf } from '../src/chat/turns';

const [system, person, model] = [3, 1, 2];
const text = (words: string) => ({ kind: 'text', text: words }) as const;
const call = (id: string, name = 'read', input: object = { path: id }) => ({ kind: 'call', id, name, input }) as const;
const result = (id: string, words: string, failed = false) => ({ kind: 'result', id, text: words, failed }) as const;

const tool = { name: 'read', description: 'reads a file', schema: { type: 'object', properties: { path: { type: 'string' } } } };

function ask(messages: Message[], more: Partial<Ask> = {}): Ask {
	return { model: 'm', ...turnsOf(messages), tools: [], must: false, maxOutputTokens: 100, ...more };
}

/** Two calls at once, of which one failed, and what was said before and after. */
const round: Message[] = [
	{ role: system, parts: [text('be brief')] },
	{ role: person, parts: [text('what is in a and b?')] },
	{ role: model, parts: [text('I '), text('look'), call('idA'), call('idB')] },
	{ role: person, parts: [text('go on')] },
	{ role: person, parts: [result('idA', 'an a'), result('idB', 'no file', true)] },
];

test('turns of the same role in a row are one, results come first, and empty texts are none', () => {
	assert.deepEqual(turnsOf([...round, { role: model, parts: [text(' ')] }, { role: person, parts: [text('d')] }]), {
		system: 'be brief',
		turns: [
			{ role: 'user', parts: [text('what is in a and b?')] },
			{ role: 'assistant', parts: [text('I look'), call('idA'), call('idB')] },
			{
				role: 'user',
				parts: [{ ...result('idA', 'an a'), name: 'read' }, { ...result('idB', 'no file', true), name: 'read' }, text('go on'), text('d')],
			},
		],
	});
});

test('each vendor is asked in its own format, and OpenAI’s is that of all others', () => {
	const hi = ask([{ role: person, parts: [text('hi')] }]);
	assert.deepEqual(formatOf('house').request(hi), {
		path: '/v1/chat/completions',
		body: { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] },
	});
	assert.equal(formatOf('mistral').request(hi).path, '/v1/chat/completions');
	assert.equal(formatOf('anthropic').request(hi).path, '/v1/messages');
	assert.equal(formatOf('ollama').request(hi).path, '/api/chat');
	assert.equal(formatOf('gemini').request(hi).path, '/v1beta/models/m:streamGenerateContent?alt=sse');
	assert.deepEqual(formatOf('gemini').credentials?.('k'), { 'x-goog-api-key': 'k' });
	assert.deepEqual(formatOf('anthropic').credentials?.('k'), { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' });
	assert.deepEqual(formatOf('house').credentials?.('k'), { Authorization: 'Bearer k' });
	assert.equal(formatOf('ollama').credentials, undefined);
});

test('tools, calls and results are said in each format', () => {
	const asked = ask(round, { tools: [tool], must: true });
	const f = { name: 'read', description: 'reads a file', parameters: tool.schema };
	const wanted: Record<string, object> = {
		openai: {
			model: 'm',
			stream: true,
			messages: [
				{ role: 'system', content: 'be brief' },
				{ role: 'user', content: 'what is in a and b?' },
				{
					role: 'assistant',
					content: 'I look',
					tool_calls: [
						{ id: 'idA', type: 'function', function: { name: 'read', arguments: '{"path":"idA"}' } },
						{ id: 'idB', type: 'function', function: { name: 'read', arguments: '{"path":"idB"}' } },
					],
				},
				{ role: 'tool', tool_call_id: 'idA', content: 'an a' },
				{ role: 'tool', tool_call_id: 'idB', content: 'no file' },
				{ role: 'user', content: 'go on' },
			],
			tools: [{ type: 'function', function: f }],
			tool_choice: 'required',
		},
		anthropic: {
			model: 'm',
			max_tokens: 100,
			stream: true,
			system: 'be brief',
			messages: [
				{ role: 'user', content: [{ type: 'text', text: 'what is in a and b?' }] },
				{
					role: 'assistant',
					content: [
						{ type: 'text', text: 'I look' },
						{ type: 'tool_use', id: 'idA', name: 'read', input: { path: 'idA' } },
						{ type: 'tool_use', id: 'idB', name: 'read', input: { path: 'idB' } },
					],
				},
				{
					role: 'user',
					content: [
						{ type: 'tool_result', tool_use_id: 'idA', content: 'an a' },
						{ type: 'tool_result', tool_use_id: 'idB', content: 'no file', is_error: true },
						{ type: 'text', text: 'go on' },
					],
				},
			],
			tools: [{ name: 'read', description: 'reads a file', input_schema: tool.schema }],
			tool_choice: { type: 'any' },
		},
		gemini: {
			systemInstruction: { parts: [{ text: 'be brief' }] },
			contents: [
				{ role: 'user', parts: [{ text: 'what is in a and b?' }] },
				{
					role: 'model',
					parts: [
						{ text: 'I look' },
						{ functionCall: { id: 'idA', name: 'read', args: { path: 'idA' } } },
						{ functionCall: { id: 'idB', name: 'read', args: { path: 'idB' } } },
					],
				},
				{
					role: 'user',
					parts: [
						{ functionResponse: { id: 'idA', name: 'read', response: { output: 'an a' } } },
						{ functionResponse: { id: 'idB', name: 'read', response: { error: 'no file' } } },
						{ text: 'go on' },
					],
				},
			],
			tools: [{ functionDeclarations: [{ name: 'read', description: 'reads a file', parametersJsonSchema: tool.schema }] }],
			toolConfig: { functionCallingConfig: { mode: 'ANY' } },
		},
		ollama: {
			model: 'm',
			stream: true,
			messages: [
				{ role: 'system', content: 'be brief' },
				{ role: 'user', content: 'what is in a and b?' },
				{
					role: 'assistant',
					content: 'I look',
					tool_calls: [
						{ id: 'idA', function: { name: 'read', arguments: { path: 'idA' } } },
						{ id: 'idB', function: { name: 'read', arguments: { path: 'idB' } } },
					],
				},
				{ role: 'tool', tool_name: 'read', tool_call_id: 'idA', content: 'an a' },
				{ role: 'tool', tool_name: 'read', tool_call_id: 'idB', content: 'no file' },
				{ role: 'user', content: 'go on' },
			],
			tools: [{ type: 'function', function: f }],
		},
	};
	for (const [name, body] of Object.entries(wanted)) {
		assert.deepEqual(formatOf(name).request(asked).body, body, name);
	}
});

test('an id of another vendor’s call is one that Mistral and Anthropic take, and the same in call and result', () => {
	const messages: Message[] = [
		{ role: model, parts: [call('call.1/x')] },
		{ role: person, parts: [result('call.1/x', 'r')] },
	];
	const said = JSON.stringify(formatOf('mistral').request(ask(messages)).body);
	const [, id] = /"id":"([A-Za-z0-9]{9})"/.exec(said) ?? [];
	assert.ok(id !== undefined && said.includes(`"tool_call_id":"${id}"`), said);
	assert.match(JSON.stringify(formatOf('anthropic').request(ask(messages)).body), /"id":"call_1_x".*"tool_use_id":"call_1_x"/);
});

/** Reads an answer, which comes in two pieces if it is cut behind a byte. */
async function read(format: string, stream: string, cut = 0) {
	async function* body(): AsyncGenerator<Uint8Array> {
		const bytes = new TextEncoder().encode(stream);
		yield bytes.subarray(0, cut);
		yield bytes.subarray(cut);
	}
	const parts = [];
	for await (const part of partsOf(formatOf(format), body())) {
		parts.push(part);
	}
	return parts;
}

const lines = (...pieces: object[]) => pieces.map((piece) => `data: ${JSON.stringify(piece)}\r\n\r\n`).join('');
const delta = (d: object) => ({ choices: [{ delta: d }] });

test('of a stream the text is taken and nothing else, wherever it is cut', async () => {
	const streams: [string, string][] = [
		['openai', `: comment\n\n${lines(delta({ content: 'é' }), delta({ content: null }), { choices: [] })}data: [DONE]\n\n`],
		[
			'mistral',
			lines(
				delta({
					content: [
						{ type: 'thinking', thinking: [] },
						{ type: 'text', text: 'é' },
					],
				}),
			),
		],
		[
			'anthropic',
			`event: x\n${lines({ type: 'ping' }, { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'é' } })}`,
		],
		['gemini', lines({ candidates: [{ content: { parts: [{ text: 'hm', thought: true }, { text: 'é' }] }, finishReason: 'STOP' }] })],
		['ollama', '{"message":{"role":"assistant","content":"é","thinking":"hm"},"done":false}\n{"done":true}'],
	];
	for (const [format, stream] of streams) {
		for (let cut = 0; cut < new TextEncoder().encode(stream).length; cut++) {
			assert.deepEqual(await read(format, stream, cut), [text('é')], `${format}, cut behind ${cut}`);
		}
	}
});

test('the arguments of several calls are put together from pieces that take turns', async () => {
	const piece = (index: number, json: string, more = {}) => ({ index, ...more, function: { arguments: json } });
	assert.deepEqual(
		await read(
			'openai',
			lines(
				delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'read', arguments: '' } }] }),
				delta({ tool_calls: [piece(0, '{"path"'), { index: 1, id: 'b', function: { name: 'list' } }] }),
				delta({ tool_calls: [piece(0, ':"a"}')] }),
			),
		),
		[call('a'), call('b', 'list', {})],
	);
	// A vendor that numbers them all the same.
	const whole = (id: string) => delta({ tool_calls: [{ index: 0, id, function: { name: 'read', arguments: `{"path":"${id}"}` } }] });
	assert.deepEqual(await read('openai', lines(whole('a'), whole('b'))), [call('a'), call('b')]);

	const start = (index: number, id: string) => ({
		type: 'content_block_start',
		index,
		content_block: { type: 'tool_use', id, name: 'read', input: {} },
	});
	const more = (index: number, partial_json: string) => ({
		type: 'content_block_delta',
		index,
		delta: { type: 'input_json_delta', partial_json },
	});
	assert.deepEqual(
		await read(
			'anthropic',
			lines(start(1, 'a'), more(1, '{"pa'), start(2, 'b'), more(2, ''), more(1, 'th":"a"}'), { type: 'content_block_stop', index: 2 }) +
				lines({ type: 'content_block_stop', index: 1 }),
		),
		[call('a'), call('b', 'read', {})],
	);
});

test('a call that comes whole is told apart by an id, which its vendor sees again only if it gave one', async () => {
	const answers: [string, string][] = [
		['gemini', lines({ candidates: [{ content: { parts: [{ functionCall: { name: 'read', args: { path: 'a' } } }] } }] })],
		['ollama', '{"message":{"content":"","tool_calls":[{"function":{"name":"read","arguments":{"path":"a"}}}]}}\n'],
	];
	for (const [format, answer] of answers) {
		const [made] = await read(format, answer);
		assert.ok(made?.kind === 'call' && made.id !== '' && made.name === 'read', format);
		const body = JSON.stringify(
			formatOf(format).request(
				ask([
					{ role: model, parts: [made] },
					{ role: person, parts: [result(made.id, 'r')] },
				]),
			).body,
		);
		assert.ok(!body.includes(made.id), format);
		assert.match(body, /"name":"read".*"(tool_)?name":"read"/, format);
	}
});

test('a name that comes with every piece of a call is said once', async () => {
	const piece = (id: string, json: string) => delta({ tool_calls: [{ index: 0, id, function: { name: 'read', arguments: json } }] });
	assert.deepEqual(await read('openai', lines(piece('a', '{"path"'), piece('a', ':"a"}'))), [call('a')]);
});

test('Mistral hears the model between a tool’s result and the person', () => {
	const { messages } = formatOf('mistral').request(ask(round)).body as { messages: { role: string }[] };
	assert.deepEqual(
		messages.map(({ role }) => role),
		['system', 'user', 'assistant', 'tool', 'tool', 'assistant', 'user'],
	);
});

test('a tool that takes nothing says so', () => {
	assert.deepEqual(schemaOf(undefined), { type: 'object', properties: {} });
	assert.deepEqual(schemaOf({ type: 'object', description: 'none' }), { type: 'object', properties: {}, description: 'none' });
	assert.deepEqual(schemaOf(tool.schema), tool.schema);
});

test('what a vendor refuses is said in its words, and a call that is cut is none', async () => {
	await assert.rejects(read('openai', lines(delta({ content: 'x' }), { error: { message: 'too much' } })), /^Error: too much$/);
	await assert.rejects(read('anthropic', lines({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } })), /busy/);
	await assert.rejects(read('ollama', '{"error":"no such model"}\n'), /no such model/);
	await assert.rejects(read('gemini', lines({ promptFeedback: { blockReason: 'SAFETY' } })), /its vendor gives the reason SAFETY/);
	await assert.rejects(read('gemini', lines({ candidates: [{ finishReason: 'RECITATION' }] })), /RECITATION/);
	const bare = JSON.stringify({ error: { code: 503, message: 'too busy', status: 'UNAVAILABLE' } }, null, 2);
	const begun = lines({ candidates: [{ content: { parts: [{ text: 'I' }] } }] });
	await assert.rejects(read('gemini', `${begun}${bare}\n`, begun.length + 9), /^Error: too busy$/);
	const refused = { type: 'message_delta', delta: { stop_reason: 'refusal', stop_details: { category: 'bio', explanation: 'not this' } } };
	await assert.rejects(read('anthropic', lines(refused)), /gives the reason not this/);
	const cut = { tool_calls: [{ index: 0, id: 'a', function: { name: 'read', arguments: '{"pa' } }] };
	await assert.rejects(read('openai', lines(delta(cut))), /the model broke off as it called read/);
	assert.equal(refusalOf({ object: 'error', message: 'm' }), 'm');
	assert.equal(refusalOf({ message: { content: 'm' } }), undefined);
	assert.equal(reasonOf({ error: { message: 'm' } }), 'm');
	assert.equal(reasonOf({ detail: 'Unauthorized' }), 'Unauthorized');
	assert.equal(reasonOf({ message: 'no such model', request_id: '1' }), 'no such model');
	assert.equal(reasonOf({ detail: [{ loc: ['body', 'model'], msg: 'Field required', type: 'missing' }] }), 'body.model: Field required');
	assert.equal(reasonOf({}), undefined);
});

test('a tool’s answer is text, whatever it is made of', () => {
	const data = (mimeType: string, words: string) => ({ mimeType, data: new TextEncoder().encode(words) });
	const tree = { node: { children: [{ text: 'a' }, { children: [{ text: 'b', lineBreakBefore: true }] }] } };
	assert.equal(
		resultText([{ value: 'x ' }, { value: tree }, data('application/json', ' {}'), data('image/png', '1'), null]),
		'x a\nb {}[image/png, which this model was not given]',
	);
});

test('tokens are counted in arguments and results too', () => {
	assert.equal(tokensOfParts([text('abcd'), call('a', 'read', { p: 1 }), result('a', 'abcd')]), 5);
});
