// The extension: what VS Code calls when it starts and ends.

import * as vscode from 'vscode';
import { registerCommands, showFailure } from './commands';
import { registerMcp } from './mcp';
import { registerModels } from './models';
import { registerPaste } from './paste';
import { Server, selector } from './server';
import { StatusItems } from './statusItems';
import { registerTools } from './tools';
import { Trace } from './trace';
import { registerTry } from './try';

let server: Server | undefined;

/** VS Code is silent about an extension that does not start, so this tells by itself. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
	const output = vscode.window.createOutputChannel('Scrubjay', { log: true });
	context.subscriptions.push(output);
	try {
		await start(context, output);
	} catch (err) {
		void showFailure(output, err); // not awaited: it waits for a click
	}
}

async function start(context: vscode.ExtensionContext, output: vscode.LogOutputChannel): Promise<void> {
	const trace = new Trace(output);
	const items = new StatusItems(selector);
	const ours = new Server(context, output, trace, items);
	const { version } = context.extension.packageJSON as { version: string };
	server = ours;
	context.subscriptions.push(
		trace,
		items,
		registerCommands({ server: ours, items, output, version }),
		registerPaste(ours, selector),
		registerModels(ours, context),
		registerTools(ours),
		registerMcp(ours),
		registerTry(),
		vscode.workspace.onDidChangeConfiguration((change) => {
			if (change.affectsConfiguration('scrubjay.trace.server')) {
				trace.refresh();
			}
			if (change.affectsConfiguration('scrubjay.server.path')) {
				ours.restart('the setting scrubjay.server.path').catch((err: unknown) => showFailure(output, err));
			}
		}),
	);
	await ours.restart('the editor has started');
}

export async function deactivate(): Promise<void> {
	await server?.stop();
}
