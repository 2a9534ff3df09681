// What the extension sends and reads, beside what the vendors' own clients do. That its requests are of the vendors' types, the
// compiler says: each format is held to them where it is written.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import { Mistral } from '@mistralai/mistralai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { partsOf } from '../src/chat/format';
import { formatOf } from '../src/chat/formats';
import { type Ask, type Call, type Message, type Text, turnsOf } from '../src/chat/turns';
import { type Said, signature, wires } from './wire.mjs';

interface Read {
	text: string;
	thinking: string;
	calls: { name: string; input: unknown }[];
}

/** A vendor on loopback that answers so, to everybody. */
async function answering(format: string, said: Said, run: (base: string) => Promise<void>): Promise<{ url: string; body: Ask }[]> {
	const asked: { url: string; body: Ask }[] = [];
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (part) => {
			body += part;
		});
		request.on('end', () => {
			asked.push({ url: request.url ?? '', body: JSON.parse(body) });
			response.writeHead(200, { 'Content-Type': wires[format]?.type ?? '' });
			response.end(wires[format]?.stream(said));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	} finally {
		server.close();
	}
	return asked;
}

const hi = [{ role: 'user' as const, content: 'hi' }];

/** Each vendor's own client, asked for an answer. */
const clients: Record<string, (base: string) => Promise<Read>> = {
	async openai(base) {
		const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: 'k' });
		const stream = client.chat.completions.stream({ model: 'm', messages: hi });
		let thinking = '';
		stream.on('chunk', ({ choices }) => {
			thinking += (choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? '';
		});
		const { message } = (await stream.finalChatCompletion()).choices[0] ?? assert.fail();
		return {
			text: message.content ?? '',
			thinking,
			calls: (message.tool_calls ?? []).map((call) =>
				call.type === 'function' ? { name: call.function.name, input: JSON.parse(call.function.arguments) } : assert.fail(),
			),
		};
	},
	async mistral(base) {
		const read: Read = { text: '', thinking: '', calls: [] };
		for await (const { data } of await new Mistral({ serverURL: base, apiKey: 'k' }).chat.stream({ model: 'm', messages: hi })) {
			const { content, toolCalls } = data.choices[0]?.delta ?? assert.fail();
			for (const chunk of typeof content === 'string' ? [{ type: 'text' as const, text: content }] : (content ?? [])) {
				if (chunk.type === 'thinking') {
					read.thinking += chunk.thinking.map((part) => (part.type === 'text' ? part.text : '')).join('');
				}
				read.text += chunk.type === 'text' ? chunk.text : '';
			}
			read.calls.push(
				...(toolCalls ?? []).map((call) => ({ name: call.function.name, input: JSON.parse(call.function.arguments as string) })),
			);
		}
		return read;
	},
	async anthropic(base) {
		const { content } = await new Anthropic({ baseURL: base, apiKey: 'k' }).messages
			.stream({ model: 'm', max_tokens: 9, messages: hi })
			.finalMessage();
		return {
			text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
			thinking: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
			calls: content.flatMap((block) => (block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [])),
		};
	},
	async gemini(base) {
		const read: Read = { text: '', thinking: '', calls: [] };
		const client = new GoogleGenAI({ apiKey: 'k', apiVersion: 'v1beta', httpOptions: { baseUrl: base } });
		for await (const { candidates } of await client.models.generateContentStream({ model: 'm', contents: 'hi' })) {
			for (const { text, thought, functionCall } of candidates?.[0]?.content?.parts ?? []) {
				read[thought ? 'thinking' : 'text'] += text ?? '';
				if (functionCall !== undefined) {
					read.calls.push({ name: functionCall.name ?? '', input: functionCall.args });
				}
			}
		}
		return read;
	},
	async ollama(base) {
		const read: Read = { text: '', thinking: '', calls: [] };
		for await (const { message } of await new Ollama({ host: base }).chat({ model: 'm', messages: hi, stream: true })) {
			read.text += message.content;
			read.thinking += message.thinking ?? '';
			read.calls.push(...(message.tool_calls ?? []).map(({ function: f }) => ({ name: f.name, input: f.arguments })));
		}
		return read;
	},
};

const said: Said = {
	thinking: 'a file called a: read it',
	text: 'I look: “é”.',
	calls: [
		{ id: 'callAAAA1', name: 'read', input: { path: 'a "b"\n\\', deep: [{ n: 1.5 }, null] } },
		{ id: 'callAAAA2', name: 'now', input: {} },
		{ id: 'callAAAA3', name: 'list', input: { path: '/' } },
	],
};

async function read(format: string, base: string, parts: (Text | Call)[] = []) {
	const { path, body } = formatOf(format).request({ model: 'm', system: '', turns: [], tools: [], must: false, maxOutputTokens: 9 });
	const response = await fetch(base + path, { method: 'POST', body: JSON.stringify(body) });
	for await (const part of partsOf(formatOf(format), response.body ?? assert.fail())) {
		parts.push(part);
	}
	return parts;
}

for (const format of Object.keys(wires)) {
	test(`of ${format}’s whole stream the extension reads what the vendor’s own client does`, async () => {
		const asked = await answering(format, said, async (base) => {
			const theirs = await clients[format]?.(base);
			assert.deepEqual(theirs, {
				text: said.text,
				thinking: said.thinking,
				calls: said.calls?.map(({ name, input }) => ({ name, input })),
			});
			const parts = await read(format, base);
			assert.equal(parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''), theirs?.text);
			assert.deepEqual(
				parts.flatMap((part) => (part.kind === 'call' ? [{ name: part.name, input: part.input }] : [])),
				theirs?.calls,
			);
		});
		assert.equal(asked[0]?.url, asked[1]?.url);
	});

	test(`what ${format}’s model thought before it called goes back with the call, as it was`, async () => {
		await answering(format, said, async (base) => {
			const calls = await read(format, base);
			const messages: Message[] = [
				{ role: 1, parts: [{ kind: 'text', text: 'hi' }] },
				{ role: 2, parts: calls },
				{
					role: 1,
					parts: calls.flatMap((part) => (part.kind === 'call' ? [{ kind: 'result', id: part.id, text: 'r', failed: false }] : [])),
				},
			];
			const body = JSON.stringify(
				formatOf(format).request({ model: 'm', ...turnsOf(messages), tools: [], must: false, maxOutputTokens: 9 }).body,
			);
			const kept = JSON.stringify(wires[format]?.kept(said)).slice(1, -1);
			assert.equal(body.split(kept).length, 2, `${kept} once in ${body}`);
			assert.deepEqual(
				wires[format]?.hear(JSON.parse(body)).results.map(({ text }) => text),
				['r', 'r', 'r'],
			);
		});
	});
}

// Each vendor's words for an answer that is not whole, and whether it is too long or refused.
const ends: [string, string, RegExp][] = [
	['openai', 'length', /stopped in the middle/],
	['openai', 'content_filter', /gives the reason content_filter/],
	['mistral', 'model_length', /stopped in the middle/],
	['mistral', 'error', /gives the reason error/],
	['anthropic', 'max_tokens', /stopped in the middle/],
	['anthropic', 'model_context_window_exceeded', /stopped in the middle/],
	['anthropic', 'refusal', /gives the reason refusal/],
	['gemini', 'MAX_TOKENS', /stopped in the middle/],
	['gemini', 'MALFORMED_FUNCTION_CALL', /gives the reason MALFORMED_FUNCTION_CALL/],
	['ollama', 'length', /stopped in the middle/],
];

for (const [format, end, why] of ends) {
	test(`an answer of ${format}’s that ends by ${end} is shown so far, and none of its calls is made`, async () => {
		await answering(format, { ...said, end }, async (base) => {
			const parts: (Text | Call)[] = [];
			await assert.rejects(read(format, base, parts), why);
			assert.equal(parts.map((part) => (part.kind === 'text' ? part.text : assert.fail('a call'))).join(''), said.text);
		});
	});
}

const schema = { type: 'object', properties: { path: { type: 'string', pattern: '^/' } }, required: ['path'] };
/** With what goes back with its call. */
const asking = (kept: object): Ask => ({
	model: 'm',
	...turnsOf([
		{ role: 3, parts: [{ kind: 'text', text: 'be brief' }] },
		{ role: 1, parts: [{ kind: 'text', text: 'what is in a?' }] },
		{
			role: 2,
			parts: [
				{ kind: 'text', text: 'I look' },
				{ kind: 'call', id: 'callAAAA1', name: 'read', input: { path: 'a' }, kept },
			],
		},
		{ role: 1, parts: [{ kind: 'result', id: 'callAAAA1', text: 'an a', failed: false }] },
		{ role: 1, parts: [{ kind: 'text', text: 'go on' }] },
	]),
	tools: [{ name: 'read', description: 'reads a file', schema }],
	must: true,
	maxOutputTokens: 9,
});

test('Gemini is sent what its own client makes of the same', async () => {
	const [theirs] = await answering('gemini', {}, async (base) => {
		const client = new GoogleGenAI({ apiKey: 'k', apiVersion: 'v1beta', httpOptions: { baseUrl: base } });
		for await (const _ of await client.models.generateContentStream({
			model: 'm',
			contents: [
				{ role: 'user', parts: [{ text: 'what is in a?' }] },
				{
					role: 'model',
					parts: [
						{ text: 'I look' },
						{ functionCall: { id: 'callAAAA1', name: 'read', args: { path: 'a' } }, thoughtSignature: signature },
					],
				},
				{ role: 'user', parts: [{ functionResponse: { id: 'callAAAA1', name: 'read', response: { output: 'an a' } } }, { text: 'go on' }] },
			],
			config: {
				systemInstruction: { parts: [{ text: 'be brief' }] },
				tools: [{ functionDeclarations: [{ name: 'read', description: 'reads a file', parametersJsonSchema: schema }] }],
				toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
			},
		})) {
			// all of it, so that it is sent
		}
	});
	const { path, body } = formatOf('gemini').request(asking({ thoughtSignature: signature }));
	assert.deepEqual({ generationConfig: {}, ...body }, theirs?.body);
	assert.equal(path, theirs?.url);
});

test('Mistral is sent what its own client, which checks it, makes of the same, but for what goes without saying', async () => {
	const thinking = { type: 'thinking' as const, thinking: [{ type: 'text' as const, text: 'hm' }], signature };
	const [theirs] = await answering('mistral', {}, async (base) => {
		for await (const _ of await new Mistral({ serverURL: base, apiKey: 'k' }).chat.stream({
			model: 'm',
			messages: [
				{ role: 'system', content: 'be brief' },
				{ role: 'user', content: 'what is in a?' },
				{
					role: 'assistant',
					content: [thinking, { type: 'text', text: 'I look' }],
					toolCalls: [{ id: 'callAAAA1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } }],
				},
				{ role: 'tool', toolCallId: 'callAAAA1', content: 'an a' },
				{ role: 'assistant', content: ' ' },
				{ role: 'user', content: 'go on' },
			],
			tools: [{ type: 'function', function: { name: 'read', description: 'reads a file', parameters: schema } }],
			toolChoice: 'required',
		})) {
			// all of it, so that it is sent
		}
	});
	const { path, body } = formatOf('mistral').request(asking({ thinking }));
	const implied: Record<string, unknown> = { prefix: false, index: 0, safe_prompt: false, strict: false };
	const bare = JSON.parse(JSON.stringify(theirs?.body), (name, value) => (name in implied && implied[name] === value ? undefined : value));
	assert.deepEqual(body, bare);
	assert.equal(path, theirs?.url);
});
