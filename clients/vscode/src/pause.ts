// A pause of scrubbing. Only a person begins one: the dialog asks each time, whoever called the command.

import * as vscode from 'vscode';
import type { Parts } from './commands';
import { clock } from './view';

export async function pause({ server, items }: Parts): Promise<void> {
	const refused = items.latest?.policy.pause_refused;
	if (!server.running || refused !== undefined) {
		await vscode.window.showWarningMessage(`Scrubjay: nothing is paused: ${refused ?? 'it is not running'}`);
		return;
	}
	const yes = 'Pause for Ten Minutes';
	const chosen = await vscode.window.showWarningMessage(
		'Let AI vendors see what is sensitive, for ten minutes?',
		{
			modal: true,
			detail:
				'Secrets and personal data in what assistants send leave this machine as they are. What policy forbids still stops, and the ledger has each exchange.',
		},
		yes,
	);
	if (chosen !== yes) {
		return;
	}
	try {
		const { until } = await server.pause();
		const resumed = 'Resume';
		const then = await vscode.window.showWarningMessage(`Scrubjay: Not protected: paused until ${clock(until)}`, resumed);
		if (then === resumed) {
			await vscode.commands.executeCommand('scrubjay.resume');
		}
	} catch (err) {
		await vscode.window.showWarningMessage(`Scrubjay: nothing is paused: ${err instanceof Error ? err.message : String(err)}`);
	}
}

export async function resume({ server }: Parts): Promise<void> {
	if (!server.running) {
		await vscode.window.showWarningMessage('Scrubjay is not running: scrubjay resume in a terminal ends a pause');
		return;
	}
	const was = await server.resume();
	await vscode.window.showInformationMessage(was ? 'Scrubjay: requests are scrubbed again' : 'Scrubjay: nothing was paused');
}
