// The commands of the palette. Those behind code actions are the server's own.

import * as vscode from 'vscode';
import { redactAllKind } from './protocol';
import type { Server } from './server';
import type { StatusItems } from './statusItems';

/** What commands work on. */
export interface Parts {
	readonly server: Server;
	readonly items: StatusItems;
	readonly output: vscode.LogOutputChannel;
	readonly version: string;
}

const commands: Readonly<Record<string, (parts: Parts) => unknown>> = {
	'scrubjay.restart': ({ server }) => server.restart('the command Restart Server'),
	'scrubjay.showOutput': ({ output }) => output.show(),
	'scrubjay.showVersion': showVersion,
	'scrubjay.showStatus': showStatus,
	'scrubjay.redactFile': redactFile,
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
	const { headline, others } = items.present();
	const facts = [headline, ...others].map(({ icon, text, detail }) => ({ label: `$(${icon}) ${text}`, detail, command: '' }));
	const chosen = await vscode.window.showQuickPick(
		[
			...facts,
			{ label: '', kind: vscode.QuickPickItemKind.Separator, command: '' },
			{ label: '$(debug-restart) Restart Server', command: 'scrubjay.restart' },
			{ label: '$(output) Show Output', command: 'scrubjay.showOutput' },
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
