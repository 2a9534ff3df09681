// What is shown for a state.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from '../src/protocol';
import { type State, view } from '../src/view';

const calm: Status = {
	classes: {},
	verdict: 'allow',
	proxy: { listen: '127.0.0.1:7425' },
	policy: { revision: '7' },
};

function state(status: Partial<Status>): State {
	return { server: { kind: 'running', version: '1' }, status: { ...calm, ...status }, file: 'a.env' };
}

test('a server that does not run is all there is to know', () => {
	const failed = view({ server: { kind: 'failed', reason: 'it was not found' }, status: undefined, file: undefined });
	assert.deepEqual([failed.text, failed.level, failed.file.detail, failed.others], ['$(error) Scrubjay', 'error', 'it was not found', []]);
	assert.equal(view({ server: { kind: 'starting' }, status: undefined, file: undefined }).level, 'plain');
	assert.equal(view({ server: { kind: 'stopped' }, status: undefined, file: undefined }).level, 'error');
});

test('a file without findings is calm', () => {
	const { text, level, file, others } = view(state({}));
	assert.deepEqual([text, level, file.text], ['$(shield) Scrubjay', 'plain', 'Nothing sensitive in a.env']);
	assert.deepEqual(
		others.map((f) => f.text),
		['The proxy listens on 127.0.0.1:7425', 'Policy 7'],
	);
});

test('findings are counted by class, the most frequent first, and the verdict decides how loud they are', () => {
	const classes = { pii: 1, credential: 3, internal: 1 };
	const { text, level, file } = view(state({ classes, verdict: 'scrub' }));
	assert.deepEqual([text, level], ['$(shield) Scrubjay 5', 'warning']);
	assert.equal(file.text, '3 credential, 1 internal, 1 pii in a.env');
	assert.equal(view(state({ classes, verdict: 'forbid' })).level, 'error');
	assert.equal(view(state({ classes, verdict: 'allow' })).level, 'plain');
});

test('a file that is not scanned says why', () => {
	assert.equal(view(state({ unscanned: 'it is larger than 4 MiB' })).file.detail, 'it is larger than 4 MiB');
});

test('what is wrong with daemon, proxy or policy changes the sign, and a finding stays the louder', () => {
	for (const wrong of [
		{ daemon: 'gone' },
		{ proxy: { error: 'the port is taken' } },
		{ policy: { revision: '7', refused: 'no signature' } },
	]) {
		const { text, level, others } = view(state(wrong));
		assert.deepEqual([text, level], ['$(warning) Scrubjay', 'warning']);
		assert.equal(others.filter((f) => f.level === 'warning').length, 1);
	}
	const both = view(state({ daemon: 'gone', classes: { credential: 1 }, verdict: 'forbid' }));
	assert.deepEqual([both.text, both.level], ['$(warning) Scrubjay 1', 'error']);
});
