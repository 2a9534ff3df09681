// An MCP server that reads a file and says what is in it.
//
// mcpserver.mjs FILE

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file] = process.argv.slice(2);

const answers = {
	initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'files', version: '1' } }),
	'tools/list': () => ({ tools: [{ name: 'read', description: 'Reads the file', inputSchema: { type: 'object', properties: {} } }] }),
	'tools/call': () => ({ content: [{ type: 'text', text: readFileSync(file, 'utf8') }] }),
	ping: () => ({}),
};

for await (const line of createInterface({ input: process.stdin })) {
	const { id, method, params } = JSON.parse(line);
	if (id !== undefined && answers[method]) {
		process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: answers[method](params) })}\n`);
	}
}
