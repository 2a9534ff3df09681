// The commands of the palette. Those behind code actions are the server's own.

import * as vscode from 'vscode';
import { wrapServers } from './mcp';
import { pause, resume } from './pause';
import { redactAllKind } from './protocol';
import type { Server } from './server';
import type { StatusItems } from './statusItems';
import { tryIt } from './try';
import type { Fact } from './view';

/** What commands work on. */
export interface Parts {
	readonly server: Server;
	readonly items: StatusItems;
	readonly output: vscode.LogOutputChannel;
	readonly version: string;
}

const commands: Readonly<Record<string, (parts: Parts) => unknown>> = {
	'scrubjay.try': tryIt,
	'scrubjay.restart': ({ server }) => server.restart('the command Restart Server'),
	'scrubjay.showOutput': ({ output }) => output.show(),
	'scrubjay.showVersion': showVersion,
	'scrubjay.showStatus': showStatus,
	'scrubjay.redactFile': redactFile,
	'scrubjay.scanFolder': scanFolder,
	'scrubjay.pause': pause,
	'scrubjay.resume': resume,
	'scrubjay.wrapMcpServers': wrapServers,
	'scrubjay.reportFalsePositive': reportFalsePositive,
	'scrubjay.doctor': ({ server }) => inTerminal('Scrubjay doctor', server.program, ['doctor']),
	'scrubjay.setUp': setUp,
	'scrubjay.console': ({ server }) => inTerminal('Scrubjay console', server.program, ['console']),
};

export function registerCommands(parts: Parts): vscode.Disposable {
	return vscode.Disposable.from(
		...Object.entries(commands).map(([name, run]) =>
			vscode.commands.registerCommand(name, async () => {
				try {
					await run(parts);
				} catch (err) {
					await showFailure(parts.output, err);
				}
			}),
		),
	);
}

/** Tells the person what went wrong; the log has the rest. */
export async function showFailure(output: vscode.LogOutputChannel, err: unknown): Promise<void> {
	const reason = err instanceof Error ? err.message : String(err);
	output.error(reason);
	const [settings, log] = ['Open Settings', 'Show Output'];
	const chosen = await vscode.window.showErrorMessage(`Scrubjay is not running: ${reason}`, settings, log);
	if (chosen === settings) {
		await vscode.commands.executeCommand('workbench.action.openSettings', 'scrubjay.server.path');
	} else if (chosen === log) {
		output.show();
	}
}

async function showVersion({ server, version }: Parts): Promise<void> {
	await vscode.window.showInformationMessage(`Scrubjay: extension ${version}, server: ${server.description}`);
}

async function showStatus({ items }: Parts): Promise<void> {
	const { headline, others, organisation } = items.present();
	const rows = (facts: readonly Fact[]) => facts.map(({ icon, text, detail }) => ({ label: `$(${icon}) ${text}`, detail, command: '' }));
	const line = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator, command: '' });
	const { paused, policy } = items.latest ?? {};
	const chosen = await vscode.window.showQuickPick(
		[
			...rows([headline, ...others.filter((fact) => fact.icon !== 'lock')]), // which are listed below
			line('what can be done'),
			paused === undefined
				? { label: '$(debug-pause) Pause for Ten Minutes', detail: policy?.pause_refused ?? '', command: 'scrubjay.pause' }
				: { label: '$(debug-continue) Resume', detail: 'requests are scrubbed again', command: 'scrubjay.resume' },
			{ label: '$(debug-restart) Restart Server', command: 'scrubjay.restart' },
			{ label: '$(output) Show Output', command: 'scrubjay.showOutput' },
			...(organisation.length === 0 ? [] : [line('your organisation'), ...rows(organisation)]),
		],
		{ title: 'Scrubjay' },
	);
	if (chosen !== undefined && chosen.command !== '') {
		await vscode.commands.executeCommand(chosen.command);
	}
}

async function redactFile({ server }: Parts): Promise<void> {
	if (!server.running) {
		await vscode.window.showWarningMessage('Scrubjay is not running, so the file is as it was: restart it with Scrubjay: Restart Server');
		return;
	}
	await vscode.commands.executeCommand('editor.action.sourceAction', { kind: redactAllKind, apply: 'first' });
}

async function scanFolder({ server }: Parts): Promise<void> {
	const folder = vscode.workspace.workspaceFolders?.[0];
	if (!server.running || folder === undefined) {
		await vscode.window.showWarningMessage('Scrubjay looks through folders: open one, and see that it runs');
		return;
	}
	await vscode.commands.executeCommand('scrubjay.scanWorkspace', { uri: folder.uri.toString() });
	await vscode.commands.executeCommand('workbench.actions.view.problems');
}

/** Does what the lightbulb's action does, for the finding at the cursor. */
async function reportFalsePositive(): Promise<void> {
	const editor = vscode.window.activeTextEditor;
	const actions =
		editor === undefined
			? []
			: await vscode.commands.executeCommand<vscode.CodeAction[]>(
					'vscode.executeCodeActionProvider',
					editor.document.uri,
					editor.selection,
				);
	const command = actions.map((action) => action.command).find((c) => c?.command === 'scrubjay.report');
	if (command === undefined) {
		await vscode.window.showWarningMessage('Scrubjay: place the cursor on a finding, then report it');
		return;
	}
	await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
}

/** Assistants whose settings Scrubjay can write. */
const assistants = ['claude-code', 'codex', 'gemini-cli', 'opencode', 'continue', 'aider', 'zed', 'copilot-cli', 'qwen-code', 'kilo'];

async function setUp({ server }: Parts): Promise<void> {
	const chosen = await vscode.window.showQuickPick(assistants, {
		title: 'Which assistant shall go through Scrubjay?',
		placeHolder: 'Its settings are written, and can be taken back: scrubjay setup ASSISTANT --undo',
	});
	if (chosen !== undefined) {
		inTerminal(`Scrubjay setup ${chosen}`, server.program, ['setup', chosen]);
	}
}

/** Shows what the program says in a terminal that stays open. */
function inTerminal(name: string, program: string, args: string[]): void {
	const terminal = vscode.window.createTerminal({ name, shellPath: program, shellArgs: args, iconPath: new vscode.ThemeIcon('shield') });
	terminal.show();
}
