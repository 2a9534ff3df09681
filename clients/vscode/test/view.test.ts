// What is shown for a state.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from '../src/protocol';
import { clock, type State, view } from '../src/view';

const calm: Status = {
	headline: { protected: true, text: 'Protected: nothing sensitive here' },
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
	assert.deepEqual(
		[failed.text, failed.level, failed.headline.detail, failed.others],
		['$(error) Scrubjay', 'error', 'it was not found', []],
	);
	assert.equal(view({ server: { kind: 'starting' }, status: undefined, file: undefined }).level, 'plain');
	assert.equal(view({ server: { kind: 'stopped' }, status: undefined, file: undefined }).level, 'error');
	assert.equal(view({ server: { kind: 'running', version: '1' }, status: undefined, file: undefined }).level, 'plain');
});

test('a file without findings is calm, and the headline is what the server says', () => {
	const { text, level, headline, others } = view(state({}));
	assert.deepEqual([text, level, headline.text], ['$(shield) Scrubjay', 'plain', 'Protected: nothing sensitive here']);
	assert.deepEqual(
		others.map((f) => f.text),
		['a.env', 'The proxy listens on 127.0.0.1:7425', 'Policy 7'],
	);
});

test('what goes as a placeholder is counted in peace, what stops requests is a warning', () => {
	const classes = { pii: 1, credential: 3, internal: 1 };
	const { text, level, others } = view(state({ classes, verdict: 'scrub' }));
	assert.deepEqual([text, level, others[0]?.detail], ['$(shield) Scrubjay 5', 'plain', '5 findings']);
	assert.equal(view(state({ classes, verdict: 'forbid' })).level, 'warning');
	assert.equal(view(state({ verdict: 'forbid' })).level, 'plain');
});

test('who is not protected is told that, why, and nothing louder', () => {
	const headline = { protected: false, text: 'Not protected: the proxy does not listen', why: 'the port is taken' };
	const now = view(state({ headline, classes: { credential: 1 }, verdict: 'scrub' }));
	assert.deepEqual(
		[now.text, now.level, now.headline.text, now.headline.detail],
		['$(warning) Not protected', 'warning', headline.text, headline.why],
	);
});

test('a file that is not scanned is not said to be clean', () => {
	assert.equal(view(state({ unscanned: 'it is larger than 4 MiB' })).others[0]?.detail, 'its text is not looked at');
});

test('what the organisation sets is said to be set by it, and what of ours does not count says why', () => {
	const policy = {
		revision: '7',
		decided: [{ name: 'verdicts.pii', value: 'public: forbid', from: 'managed settings, /etc/scrubjay/managed.yaml' }],
		ignored: ["the user settings' allow does not count on the wire"],
	};
	const { others, organisation } = view(state({ policy }));
	assert.ok(others.some((f) => f.text === 'Set by your organisation: 1 setting'));
	assert.deepEqual(
		organisation.map((f) => `${f.text} | ${f.detail}`),
		[
			'verdicts.pii: public: forbid | Set by your organisation: managed settings, /etc/scrubjay/managed.yaml',
			"A setting of yours does not count | the user settings' allow does not count on the wire",
		],
	);
	assert.deepEqual(view(state({})).organisation, []);
});

test('a moment is told as clocks here show it', () => {
	assert.equal(clock(new Date(2027, 0, 2, 4, 7).toISOString()), '04:07');
});
