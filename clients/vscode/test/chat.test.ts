// How vendors are asked, and what they answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deltaOf, formatOf, requestFor, turnsOf } from '../src/chat';

test('turns of the same role in a row are one, and empty ones none', () => {
	assert.deepEqual(
		turnsOf([
			{ role: 1, text: 'a' },
			{ role: 1, text: 'b' },
			{ role: 2, text: '' },
			{ role: 2, text: 'c' },
			{ role: 1, text: 'd' },
		]),
		[
			{ role: 'user', text: 'a\n\nb' },
			{ role: 'assistant', text: 'c' },
			{ role: 'user', text: 'd' },
		],
	);
});

test('each vendor is asked in its own language', () => {
	const turns = turnsOf([{ role: 1, text: 'hi' }]);
	assert.equal(requestFor(formatOf('anthropic'), 'm', turns).path, '/v1/messages');
	assert.equal(requestFor(formatOf('ollama'), 'm', turns).path, '/api/chat');
	assert.deepEqual(requestFor(formatOf('house'), 'm', turns), {
		path: '/v1/chat/completions',
		body: { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] },
	});
});

test('of a stream only the text is taken, in each of the formats', () => {
	assert.equal(deltaOf('openai', 'data: {"choices":[{"delta":{"content":"x"}}]}'), 'x');
	assert.equal(deltaOf('openai', 'data: {"choices":[{"delta":{"content":null}}]}'), '');
	assert.equal(deltaOf('anthropic', 'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}}'), 'x');
	assert.equal(deltaOf('ollama', '{"message":{"role":"assistant","content":"x"},"done":false}'), 'x');
	for (const line of ['', 'event: ping', 'data: [DONE]', ': comment', 'data: {"choices":[', '{}']) {
		assert.equal(deltaOf('openai', line), '', line);
	}
});
