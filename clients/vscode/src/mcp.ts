// MCP servers whose answers are scrubbed before an assistant has them: those of a setting, and those of the folder's own mcp.json.

import * as vscode from 'vscode';
import { behind, type Started, wrap } from './mcpServers';
import type { Server } from './server';

/** An entry of the setting scrubjay.mcpServers. */
interface Entry extends Started {
	readonly name: string;
	readonly env?: Record<string, string>;
	readonly cwd?: string;
}

class Servers implements vscode.McpServerDefinitionProvider<vscode.McpStdioServerDefinition> {
	private readonly changed = new vscode.EventEmitter<void>();
	readonly onDidChangeMcpServerDefinitions = this.changed.event;

	constructor(private readonly server: Server) {}

	refresh(): void {
		this.changed.fire();
	}

	provideMcpServerDefinitions(): vscode.McpStdioServerDefinition[] {
		if (!this.server.running) {
			return []; // which program to start is not known yet; refresh says when
		}
		const entries = vscode.workspace.getConfiguration('scrubjay').get<Entry[]>('mcpServers', []);
		return entries
			.filter(({ name, command }) => name && command)
			.map((entry) => {
				const definition = new vscode.McpStdioServerDefinition(entry.name, this.server.program, behind(entry.name, entry), entry.env ?? {});
				if (entry.cwd) {
					definition.cwd = vscode.Uri.file(entry.cwd);
				}
				return definition;
			});
	}
}

/** An editor that knows no providers of servers does without. */
export function registerMcp(server: Server): vscode.Disposable {
	if (typeof vscode.lm.registerMcpServerDefinitionProvider !== 'function') {
		return new vscode.Disposable(() => {});
	}
	const servers = new Servers(server);
	return vscode.Disposable.from(
		vscode.lm.registerMcpServerDefinitionProvider('scrubjay.servers', servers),
		server.onDidStart(() => servers.refresh()),
		vscode.workspace.onDidChangeConfiguration((change) => {
			if (change.affectsConfiguration('scrubjay.mcpServers')) {
				servers.refresh();
			}
		}),
	);
}

/** Puts the servers of the folder's mcp.json behind scrubjay; the person sees the change before it is made. */
export async function wrapServers(): Promise<void> {
	const folder = vscode.workspace.workspaceFolders?.[0];
	const uri = folder === undefined ? undefined : vscode.Uri.joinPath(folder.uri, '.vscode/mcp.json');
	const document = uri === undefined ? undefined : await vscode.workspace.openTextDocument(uri).then(undefined, () => undefined);
	if (document === undefined) {
		await vscode.window.showInformationMessage(
			'Scrubjay: this folder names no MCP servers in .vscode/mcp.json. Your own go into the setting scrubjay.mcpServers.',
		);
		return;
	}
	// The file is shared, so it names the program as it is found on every machine.
	const wrapped = wrap(document.getText(), 'scrubjay');
	if (wrapped === undefined) {
		await vscode.window.showWarningMessage('Scrubjay: .vscode/mcp.json cannot be read, so it is as it was: mend it first');
		return;
	}
	if (wrapped.changes.length === 0) {
		const others = wrapped.remote.length === 0 ? '' : ` Over HTTP nothing can stand before a server: ${wrapped.remote.join(', ')}.`;
		await vscode.window.showInformationMessage(
			`Scrubjay: every server of .vscode/mcp.json that is started here is scrubbed already.${others}`,
		);
		return;
	}
	const edit = new vscode.WorkspaceEdit();
	for (const { name, start, end, text } of wrapped.changes) {
		edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text, {
			needsConfirmation: true,
			label: `Scrub what ${name} says`,
			description: 'whoever starts it needs scrubjay on PATH',
		});
	}
	if (await vscode.workspace.applyEdit(edit, { isRefactoring: true })) {
		await vscode.window.showTextDocument(document); // to look at it again, undo or save
	}
}
