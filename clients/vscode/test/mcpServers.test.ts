// How a folder's MCP servers come behind scrubjay mcp.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behind, wrap } from '../src/mcpServers';

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
	assert.deepEqual(wrapped?.changed, ['files', 'plain']);
	assert.deepEqual(wrapped?.remote, ['remote']);
	for (const kept of [
		'// ours',
		'// a comment',
		`"env": { "KEY": "\${input:key}" }`,
		'"url": "https://mcp.acme.example"',
		'"done": { "command": "/opt/bin/scrubjay"',
	]) {
		assert.ok(wrapped?.text.includes(kept), kept);
	}
	const again = wrap(wrapped?.text ?? '', 'scrubjay');
	assert.deepEqual([again?.changed, again?.text], [[], wrapped?.text]);
	const said = (wrapped?.text ?? '').replaceAll(/\s+/g, '');
	assert.ok(said.includes(`"args":["mcp","--name","files","--","npx","-y","x","\${workspaceFolder}"]`), said);
	assert.ok(said.includes('"plain":{"type":"stdio","command":"scrubjay","args":["mcp","--name","plain","--","plain"]}'), said);
});

test('what cannot be read is left alone, and what names no server has none', () => {
	assert.equal(wrap('{ "servers": ', 'scrubjay'), undefined);
	assert.equal(wrap('7', 'scrubjay'), undefined);
	assert.deepEqual(wrap('{}', 'scrubjay'), { text: '{}', changed: [], remote: [] });
});
