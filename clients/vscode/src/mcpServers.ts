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

/** What changes for one server: a span of the file's text, and what takes its place. */
export interface Change {
	readonly name: string;
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

export interface Wrapped {
	readonly changes: readonly Change[];
	/** The servers that have no program of this machine, so that nothing can stand before them. */
	readonly remote: readonly string[];
}

/** How a folder's mcp.json changes when its servers come behind the program; comments and all else stay. Undefined if it cannot be read. */
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
	const changes: Change[] = [];
	const remote: string[] = [];
	for (const [name, server] of Object.entries(servers)) {
		const { command, args } = server;
		if (typeof command !== 'string') {
			remote.push(name);
		} else if (!isBehind({ command, args: args ?? [] })) {
			const started = { command: program, args: behind(name, { command, args: args ?? [] }) };
			const next = Object.entries(started).reduce(
				(now, [key, value]) => applyEdits(now, modify(now, ['servers', name, key], value, { formattingOptions: style })),
				text,
			);
			changes.push({ name, ...difference(text, next) });
		}
	}
	return { changes, remote };
}

/** The span in which two texts differ. It is one for a server: half of a change would start something else. */
function difference(before: string, after: string): { start: number; end: number; text: string } {
	const shorter = Math.min(before.length, after.length);
	let start = 0;
	while (start < shorter && before[start] === after[start]) {
		start++;
	}
	let same = 0;
	while (same < shorter - start && before[before.length - 1 - same] === after[after.length - 1 - same]) {
		same++;
	}
	return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}
