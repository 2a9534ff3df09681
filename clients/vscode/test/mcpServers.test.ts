// How a folder's MCP servers come behind scrubjay mcp.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behind, type Wrapped, wrap } from '../src/mcpServers';

/** A text with its changes. */
function changed(text: string, { changes }: Wrapped): string {
	return changes.toReversed().reduce((now, c) => now.slice(0, c.start) + c.text + now.slice(c.end), text);
}

test('what starts a server follows the name that the assistant has for it', () => {
	assert.deepEqual(behind('files', { command: 'npx', args: ['-y', 'x'] }), ['mcp', '--name', 'files', '--', 'npx', '-y', 'x']);
	assert.deepEqual(behind('files', { command: 'files' }), ['mcp', '--name', 'files', '--', 'files']);
});

test('servers that are started here change, and nothing else of the file does', () => {
	const text = `{
	// ours
	"inputs": [{ "type": "promptString", "id": "key", "password": true }],
	"servers": {
		"files": { "command": "npx", "args": ["-y", "x", "\${workspaceFolder}"], "env": { "KEY": "\${input:key}" } }, // a comment
		"plain": { "type": "stdio", "command": "plain" },
		"done": { "command": "/opt/bin/scrubjay", "args": ["mcp", "--name", "done", "--", "x"] },
		"remote": { "type": "http", "url": "https://mcp.acme.example" },
	},
}
`;
	const wrapped = wrap(text, 'scrubjay');
	assert.ok(wrapped);
	const next = changed(text, wrapped);
	assert.deepEqual(
		wrapped.changes.map((c) => c.name),
		['files', 'plain'],
	);
	assert.deepEqual(wrapped.remote, ['remote']);
	for (const kept of [
		'// ours',
		'// a comment',
		`"env": { "KEY": "\${input:key}" }`,
		'"url": "https://mcp.acme.example"',
		'"done": { "command": "/opt/bin/scrubjay"',
	]) {
		assert.ok(next.includes(kept), kept);
	}
	assert.deepEqual(wrap(next, 'scrubjay')?.changes, []);
	const said = next.replaceAll(/\s+/g, '');
	assert.ok(said.includes(`"args":["mcp","--name","files","--","npx","-y","x","\${workspaceFolder}"]`), said);
	assert.ok(said.includes('"plain":{"type":"stdio","command":"scrubjay","args":["mcp","--name","plain","--","plain"]}'), said);
});

test('what cannot be read is left alone, and what names no server has none', () => {
	assert.equal(wrap('{ "servers": ', 'scrubjay'), undefined);
	assert.equal(wrap('7', 'scrubjay'), undefined);
	assert.deepEqual(wrap('{}', 'scrubjay'), { changes: [], remote: [] });
});
