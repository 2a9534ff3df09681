// What an assistant's tool is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { told } from '../src/check';

const finding = (line: number) => ({ rule: 'email-address', class: 'pii', line, says: 'Email address: AI gets a placeholder' });

test('findings are a line each, and many are counted', () => {
	assert.deepEqual(told({ findings: [] }), ['Nothing sensitive was found.']);
	assert.deepEqual(told({ findings: [finding(3)] }), ['line 3: email-address (pii): Email address: AI gets a placeholder']);
	const many = told({ findings: Array.from({ length: 203 }, (_, i) => finding(i + 1)) })[0] ?? '';
	assert.ok(many.endsWith('\nand 3 more') && many.includes('line 200:') && !many.includes('line 201:'), many.slice(-200));
});

test('a text comes as it is, and how to use its placeholders comes after it', () => {
	assert.deepEqual(told({ findings: [], text: 'a\n' }), ['a\n', 'Nothing sensitive was found, so the text is as it stands.']);
	const [text, note] = told({ findings: [finding(1), finding(2)], text: 'REDACTED_EMAIL_7gk2mq' });
	assert.equal(text, 'REDACTED_EMAIL_7gk2mq');
	assert.match(note ?? '', /^Values of these rules are placeholders here: email-address\. /);
});
