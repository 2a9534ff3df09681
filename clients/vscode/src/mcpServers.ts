// MCP servers behind scrubjay mcp, which scrubs what they say. Nothing here knows the editor, so that all of it can be tested
// without one.

import { applyEdits, type FormattingOptions, modify, type ParseError, parse } from 'jsonc-parser';

/** A program and its arguments, as settings name a server. */
export interface Started {
	readonly command: string;
	readonly args?: readonly string[];
}

/** The arguments with which scrubjay starts a server and stands before it. */
export function behind(name: string, { command, args = [] }: Started): string[] {
	return ['mcp', '--name', name, '--', command, ...args];
}

/** Whether a server is started by scrubjay already. */
function isBehind({ command, args = [] }: Started): boolean {
	return /(^|[/\\])scrubjay(\.exe)?$/i.test(command) && args[0] === 'mcp';
}

export interface Wrapped {
	readonly text: string;
	/** The servers whose lines have changed. */
	readonly changed: readonly string[];
	/** Those that have no program of this machine, so that nothing can stand before them. */
	readonly remote: readonly string[];
}

/** A folder's mcp.json with its servers behind the program; comments and all else stay. Undefined if it cannot be read. */
export function wrap(text: string, program: string): Wrapped | undefined {
	const problems: ParseError[] = [];
	const root: unknown = parse(text, problems, { allowTrailingComma: true });
	if (problems.length > 0 || typeof root !== 'object' || root === null) {
		return undefined;
	}
	const servers = (root as { servers?: Record<string, Partial<Started>> }).servers ?? {};
	const style: FormattingOptions = {
		insertSpaces: !/^\t/m.test(text),
		tabSize: /^( +)/m.exec(text)?.[1]?.length ?? 2,
		eol: text.includes('\r\n') ? '\r\n' : '\n',
	};
	const changed: string[] = [];
	const remote: string[] = [];
	let next = text;
	for (const [name, server] of Object.entries(servers)) {
		const { command, args } = server;
		if (typeof command !== 'string') {
			remote.push(name);
		} else if (!isBehind({ command, args: args ?? [] })) {
			changed.push(name);
			for (const [key, value] of [
				['command', program],
				['args', behind(name, { command, args: args ?? [] })],
			] as const) {
				next = applyEdits(next, modify(next, ['servers', name, key], value, { formattingOptions: style }));
			}
		}
	}
	return { text: next, changed, remote };
}
